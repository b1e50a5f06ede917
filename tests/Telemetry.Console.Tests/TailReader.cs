namespace Telemetry.Console.Tests;

/// <summary>Reads server-sent events line by line.</summary>
internal sealed class TailReader : IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private TailReader(HttpResponseMessage answer, Stream body)
    {
        _answer = answer;
        _lines = new StreamReader(body);
    }

    public string ContentType => _answer.Content.Headers.ContentType!.ToString();

    public string? LastId { get; private set; }

    public static async Task<TailReader> OpenAsync(HttpClient http, string path, string? lastId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return new TailReader(answer, await answer.Content.ReadAsStreamAsync());
    }

    public async Task<string?> NextLineAsync()
    {
        var line = await _lines.ReadLineAsync();
        LastId = line?.StartsWith("id: ", StringComparison.Ordinal) == true ? line[4..] : LastId;
        return line;
    }

    public async Task<string> NextDataAsync() => (await NextLineAsync("data: "))["data: ".Length..];

    public async Task<string> NextLineAsync(string start)
    {
        while (await NextLineAsync() is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new EndOfStreamException();
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }
}
