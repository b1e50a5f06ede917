using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Console.Tests;

/// <summary>
/// A page that stays open, over the DevTools protocol: <c>--dump-dom</c> waits for ever for a page with an event stream.
/// </summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private readonly TemporaryDirectory _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly Process _process;
    private int _calls;

    private BrowserSession(string program) => _process = Process.Start(new ProcessStartInfo(
        program, [.. Browser.Flags, $"--user-data-dir={_profile.Path}", "--remote-debugging-port=0", "about:blank"])
    {
        RedirectStandardError = true,
    })!;

    public static async Task<BrowserSession> OpenAsync(Uri url)
    {
        var session = new BrowserSession(Browser.Program);
        try
        {
            await session.ConnectAsync();
            await session.CallAsync("Page.navigate", new JsonObject { ["url"] = url.ToString() });
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Value of an expression in the page.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression });
        return answer["result"]!["value"]?.ToString() ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _profile.Dispose();
    }

    private async Task ConnectAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        const string announcement = "DevTools listening on ";
        var line = "";
        while (!line.StartsWith(announcement, StringComparison.Ordinal))
        {
            line = await _process.StandardError.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException("chromium ended at once");
        }

        var devTools = new Uri(line[announcement.Length..]);
        using var http = new HttpClient();
        var pages = JsonNode.Parse(await http.GetStringAsync($"http://{devTools.Authority}/json/list", deadline.Token))!.AsArray();
        var page = pages.First(target => (string?)target!["type"] == "page")!;
        await _socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), deadline.Token);
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var id = ++_calls;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, true, deadline.Token);
        while (true)
        {
            var message = await ReceiveAsync(deadline.Token);
            if ((int?)message["id"] == id)
            {
                return message["result"] ?? throw new InvalidOperationException(message.ToJsonString());
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancel)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
