using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Rendering;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Client;

/// <summary>
/// The HTTP API as the verbs use it. Every call throws <see cref="CliFailure"/> with a sentence for people: exit 1 when the
/// server does not answer, 2 when it says that the question is wrong.
/// </summary>
internal sealed class TelemetryApi : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string _name;

    /// <param name="options">Where the server is, and who asks.</param>
    /// <param name="transport">The caller's; null is the network.</param>
    /// <param name="name">What it is called in sentences where it is in this process; null is its URL.</param>
    public TelemetryApi(ClientOptions options, HttpMessageHandler? transport, string? name = null)
    {
        _name = name ?? UrlText.WithoutCredentials(options.Url.ToString());
        _http = new HttpClient(transport ?? ServerTrust.CreateHandler(options.CertificateAuthority), transport is null)
        {
            BaseAddress = options.Url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.Token.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        }
    }

    /// <summary>One answer as JSON. <paramref name="query"/> is the query text that a caret may point into.</summary>
    public async Task<JsonElement> GetAsync(string pathAndQuery, string? query, CancellationToken cancel)
    {
        return await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, pathAndQuery), query, Deadline, cancel);
    }

    /// <summary>Sends one JSON object and returns the answer.</summary>
    public async Task<JsonElement> PostAsync(
        string path, JsonObject body, string? query, TimeSpan deadline, CancellationToken cancel) =>
        await AnswerAsync(
            new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            },
            query, deadline, cancel);

    private async Task<JsonElement> AnswerAsync(
        HttpRequestMessage request, string? query, TimeSpan within, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(within);
        try
        {
            using var response = await SendAsync(request, query, deadline.Token);
            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token);
            using var document = await JsonDocument.ParseAsync(body, default, deadline.Token);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw CliFailure.Failed($"What answers at {_name} is not telemetry.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw CliFailure.Failed($"{_name} did not answer within {DurationText.Format(within)}.");
        }
    }

    /// <summary>Server-sent events until cancelled or until the server ends the stream.</summary>
    public async IAsyncEnumerable<ServerSentEvent> StreamAsync(
        string pathAndQuery, string? query, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await ConnectAsync(pathAndQuery, query, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel), Encoding.UTF8);
        await foreach (var message in ServerSentEvents.ReadAsync(reader, cancel))
        {
            yield return message;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> ConnectAsync(string pathAndQuery, string? query, CancellationToken cancel)
    {
        try
        {
            return await SendAsync(new HttpRequestMessage(HttpMethod.Get, pathAndQuery), query, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? query, CancellationToken cancel)
    {
        using var sent = request;
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw Refusal(response.StatusCode, await response.Content.ReadAsStringAsync(cancel), query);
        }
    }

    private CliFailure Refusal(HttpStatusCode status, string body, string? query)
    {
        var problem = ApiProblem.Parse(body);
        return status switch
        {
            HttpStatusCode.BadRequest when problem.Position is { } position && query is not null =>
                CliFailure.Usage([problem.Message, .. Caret.Under(query, position)]),
            HttpStatusCode.BadRequest => CliFailure.Usage(problem.Message),
            HttpStatusCode.Unauthorized => CliFailure.Usage(
                $"{_name} wants a token: --token-file FILE or {Settings.ClientToken.EnvironmentName}."),
            HttpStatusCode.Forbidden or HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable when problem.Message.Length > 0 =>
                CliFailure.Failed(VisibleText.OfLines(problem.Message)),
            HttpStatusCode.NotFound => CliFailure.Failed(
                problem.Message.Length > 0 ? problem.Message : "Nothing is known by this id."),
            _ => CliFailure.Failed($"{_name} answered {(int)status}: {VisibleText.Of(problem.Message)}"),
        };
    }

    private CliFailure Unreachable(Exception e) => CliFailure.Failed(e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when TlsFailure.IsUntrusted(e) =>
            $"{_name} shows a certificate that is not trusted; name its authority with --ca FILE.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"{_name} does not answer with TLS; perhaps http:// is meant.",
        _ => $"No server answers at {_name}; start one with 'telemetry up', or name another with --url URL.",
    });
}
