using System.Net;
using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Common and combined log format of web servers:
/// <c>203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b HTTP/1.1" 200 2326 "http://ref/" "Mozilla/5.0"</c>.
/// What follows is left alone. Not thread-safe.
/// </summary>
internal sealed class AccessLine(LineDraft draft)
{
    /// <summary>Reads the line. False when it is none; the document is then untouched.</summary>
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        var bracket = line[..Math.Min(line.Length, 300)].IndexOf(" ["u8);
        if (bracket < 0 || bracket + 6 >= line.Length || line[bracket + 4] != '/'
            || !TimeReader.TryRead(line[(bracket + 2)..], draft.Context, out var time))
        {
            return false;
        }

        var at = bracket + 2 + time.Length;
        var head = line[..bracket];
        var ident = head.IndexOf((byte)' ');
        if (ident <= 0 || at + 3 >= line.Length || line[at] != ']' || line[at + 1] != ' ' || line[at + 2] != '"')
        {
            return false;
        }

        var end = JsonText.FindEnd(line, at + 3, out _);
        if (end < 0)
        {
            return false;
        }

        draft.SetTime(time.UnixUs, line.Slice(bracket + 2, time.Length));
        Client(head[..ident], head[(head.LastIndexOf((byte)' ') + 1)..]);
        Request(line[(at + 3)..end]);
        Response(line[(end + 1)..]);
        draft.SetMessage(line[(at + 2)..]);
        draft.Document.Set(Fields.TelemetryFormat, "access"u8);
        return true;
    }

    private void Client(ReadOnlySpan<byte> address, ReadOnlySpan<byte> user)
    {
        draft.Set(Fields.SourceAddress, address);
        if (IPAddress.IsValidUtf8(address))
        {
            draft.Set(Fields.SourceIp, address);
        }

        draft.Set(Fields.UserName, Known(user));
    }

    private void Request(ReadOnlySpan<byte> request)
    {
        var method = request.IndexOf((byte)' ');
        if (method <= 0)
        {
            return;
        }

        draft.Set(Fields.HttpMethod, request[..method]);
        var rest = request[(method + 1)..];
        var version = rest.LastIndexOf(" HTTP/"u8);
        var url = version < 0 ? rest : rest[..version];
        draft.Set(Fields.UrlOriginal, url);
        var query = url.IndexOfAny((byte)'?', (byte)'#');
        draft.Set(Fields.UrlPath, query < 0 ? url : url[..query]);
        draft.Set(Fields.HttpVersion, version < 0 ? default : rest[(version + 6)..]);
    }

    private void Response(ReadOnlySpan<byte> rest)
    {
        draft.SetNumber(Fields.HttpStatus, Word(ref rest));
        draft.SetNumber(Fields.HttpBodyBytes, Word(ref rest));
        draft.Set(Fields.HttpReferrer, Known(Quoted(ref rest)));
        draft.Set(Fields.UserAgent, Known(Quoted(ref rest)));
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        var end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..];
        return word;
    }

    private static ReadOnlySpan<byte> Quoted(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        if (rest.IsEmpty || rest[0] != '"' || JsonText.FindEnd(rest, 1, out _) is var end && end < 0)
        {
            return default;
        }

        var value = rest[1..end];
        rest = rest[(end + 1)..];
        return value;
    }

    private static ReadOnlySpan<byte> Known(ReadOnlySpan<byte> value) => value.SequenceEqual("-"u8) ? default : value;
}
