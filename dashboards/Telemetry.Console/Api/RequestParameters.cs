using System.Globalization;
using Microsoft.AspNetCore.Http;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Api;

/// <summary>Reads the parameters of a URL. Each member throws <see cref="BadRequestException"/> for a value that is none.</summary>
internal sealed class RequestParameters(HttpRequest request, TimeProvider time)
{
    /// <summary>Most hits of one answer.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>Microseconds since the Unix epoch when the request came.</summary>
    public long NowUnixUs { get; } = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>The query as written; "" when absent.</summary>
    public string QueryText => Text("q") ?? "";

    /// <summary>The query as a tree, by the types of the store's fields.</summary>
    public async ValueTask<KqlNode> QueryAsync(IDocumentReader documents)
    {
        var (query, error) = await TypedQuery.ParseAsync(QueryText, documents, request.HttpContext.RequestAborted);
        return error is null ? query! : throw new BadRequestException(new BadRequest(error.Message, "q", error));
    }

    /// <summary>First microsecond wanted; null is everything.</summary>
    public long? Since => Time("since");

    /// <summary>First microsecond not wanted; null is everything.</summary>
    public long? Until => Time("until");

    /// <summary>A parameter; null when it is absent or empty.</summary>
    public string? Text(string name)
    {
        var values = request.Query[name];
        if (values.Count > 1)
        {
            throw Bad(name, "is given more than once");
        }

        return string.IsNullOrEmpty(values) ? null : values.ToString();
    }

    /// <summary>A number in a range.</summary>
    public int Number(string name, int fallback, int min, int max)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max
            ? number
            : throw Bad(name, string.Create(CultureInfo.InvariantCulture, $"is a number from {min} to {max}"));
    }

    /// <summary>The id of a document, required.</summary>
    public DocumentId DocumentId(string name) => Wire.DocumentId.TryParse(Text(name), out var id)
        ? id
        : throw Bad(name, "is the _id of a document, 30 characters of base64url");

    private static BadRequestException Bad(string name, string what) => new(new BadRequest($"'{name}' {what}.", name));

    private long? Time(string name) => ParseTime(name, Text(name) is { } text ? WithOffset(text) : null, NowUnixUs);

    /// <summary>A time as people write it; null when there is none.</summary>
    public static long? ParseTime(string name, string? text, long nowUnixUs)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return TimeExpression.TryParse(text, nowUnixUs, out var unixUs, out var error)
            ? unixUs
            : throw new BadRequestException(new BadRequest(error, name));
    }

    // In a query string + is a blank (application/x-www-form-urlencoded), and nobody escapes the one of +01:00.
    private static string WithOffset(string text) =>
        text is [.., ' ', _, _, ':', _, _] && text.Contains('T') ? $"{text[..^6]}+{text[^5..]}" : text;
}
