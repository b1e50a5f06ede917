using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// A line of pairs: <c>level=info ts=2026-01-02T03:04:05Z msg="cart is empty" user=7</c>. Looked at before it is taken: all of
/// it has to be pairs, at least two, with one of the usual names or at least three. Not thread-safe.
/// </summary>
internal sealed class LogfmtLine(LineDraft draft)
{
    private readonly Scratch _value = new();

    /// <summary>Reads the line. False when it is none; the document is then untouched.</summary>
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        if (!LooksRight(line))
        {
            return false;
        }

        var at = 0;
        while (TryPair(line, ref at, out var key, out var value, out var quoted))
        {
            if (quoted && value.Contains((byte)'\\'))
            {
                _value.Clear();
                JsonText.AppendUnescaped(value, _value);
                value = _value.Written;
            }

            draft.Take(draft.Rule(key), ValueKind.Text, value, isElement: false, clef: false);
        }

        draft.SetMessage(line);
        draft.Document.Set(Fields.TelemetryFormat, "logfmt"u8);
        return true;
    }

    private bool LooksRight(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || !IsKeyStart(line[0]))
        {
            return false;
        }

        // A first word that is no pair is the usual case: found before anything else is looked at.
        var first = line.IndexOfAny((byte)'=', (byte)' ');
        if (first <= 0 || line[first] != '=')
        {
            return false;
        }

        var (at, pairs, usual) = (0, 0, false);
        while (TryPair(line, ref at, out var key, out _, out _))
        {
            pairs++;
            usual |= IsUsual(key);
        }

        return at >= line.Length && pairs >= 2 && (usual || pairs >= 3);
    }

    private static bool IsUsual(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("level"u8) || key.SequenceEqual("lvl"u8) || key.SequenceEqual("msg"u8)
        || key.SequenceEqual("message"u8) || key.SequenceEqual("time"u8) || key.SequenceEqual("ts"u8)
        || key.SequenceEqual("severity"u8);

    // At the end of the line `at` is its length; stopped before it, the line is no logfmt.
    private static bool TryPair(
        ReadOnlySpan<byte> line, ref int at, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool quoted)
    {
        key = value = default;
        quoted = false;
        while (at < line.Length && line[at] == ' ')
        {
            at++;
        }

        var start = at;
        var i = at;
        while (i < line.Length && IsKeyByte(line[i]))
        {
            i++;
        }

        if (i == start || i >= line.Length || line[i] != '=' || !IsKeyStart(line[start]))
        {
            return false;
        }

        key = line[start..i];
        var valueAt = i + 1;
        if (valueAt < line.Length && line[valueAt] == '"')
        {
            var end = JsonText.FindEnd(line, valueAt + 1, out _);
            if (end < 0 || (end + 1 < line.Length && line[end + 1] != ' '))
            {
                return false;
            }

            value = line[(valueAt + 1)..end];
            (quoted, at) = (true, end + 1);
            return true;
        }

        var space = line[valueAt..].IndexOf((byte)' ');
        var stop = space < 0 ? line.Length : valueAt + space;
        value = line[valueAt..stop];
        at = stop;
        return true;
    }

    private static bool IsKeyStart(byte c) => (uint)((c | 0x20) - 'a') <= 25 || c is (byte)'_' or (byte)'@';

    private static bool IsKeyByte(byte c) =>
        IsKeyStart(c) || (uint)(c - '0') <= 9 || c is (byte)'.' or (byte)'-' or (byte)'/';
}
