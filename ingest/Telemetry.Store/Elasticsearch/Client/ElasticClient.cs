using System.Net.Http.Headers;
using System.Text;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// Speaks to one cluster over its REST API. Several hosts take turns; one that cannot be reached is replaced by the next within the
/// same call, and left out for a while. It asks for nothing but what it is told to, apart from <c>GET /</c> before the first call.
/// Safe for concurrent use.
/// </summary>
public sealed class ElasticClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _http;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly HostPool _hosts;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _checking = new(1);
    private ElasticVersion? _version;

    /// <summary>Connects at the first call.</summary>
    /// <param name="options">Hosts, credentials, trust.</param>
    /// <param name="time">Clock of deadlines and pauses.</param>
    /// <param name="random">Spreads the pauses of dead hosts.</param>
    public ElasticClient(ElasticOptions options, TimeProvider? time = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _time = time ?? TimeProvider.System;
        _hosts = new HostPool(options.Hosts, _time, random ?? Random.Shared);
        _authorization = Authorization(options);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = ElasticTls.Create(options),
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>What it was made with.</summary>
    public ElasticOptions Options { get; }

    /// <summary>Clock of whoever asks.</summary>
    internal TimeProvider Time => _time;

    /// <summary>Version of the cluster; asked for once.</summary>
    /// <exception cref="ElasticUnavailableException">No host answered, or none that may be asked.</exception>
    /// <exception cref="ElasticIncompatibleException">It is no Elasticsearch, or too old.</exception>
    public async Task<ElasticVersion> VersionAsync(TimeSpan deadline, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        return await CheckAsync(patience.Token, either.Token).ConfigureAwait(false) is { } refusal
            ? throw new ElasticUnavailableException($"Elasticsearch does not tell its version: {refusal.Problem()}.", mayBeApplied: false)
            : _version!.Value;
    }

    /// <summary>
    /// Makes a call and returns the answer, whatever its status. Where <c>GET /</c>, which precedes the first call, is answered with
    /// an error (401, 403, 503), that is the answer, and the call is not made.
    /// </summary>
    /// <exception cref="ElasticUnavailableException">
    /// No whole answer came in time. Another host was tried only where nothing had been sent to the one before.
    /// </exception>
    /// <exception cref="ElasticIncompatibleException">It is no Elasticsearch, or too old.</exception>
    public async Task<ElasticResponse> SendAsync(ElasticRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var patience = new CancellationTokenSource(request.Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        return (_version is null ? await CheckAsync(patience.Token, either.Token).ConfigureAwait(false) : null)
            ?? await TryHostsAsync(request, null, patience.Token, either.Token).ConfigureAwait(false);
    }

    /// <summary>Makes a call with a JSON body.</summary>
    /// <inheritdoc cref="SendAsync(ElasticRequest, CancellationToken)"/>
    public Task<ElasticResponse> SendAsync(
        HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> json, TimeSpan deadline, CancellationToken cancel) =>
        SendAsync(new ElasticRequest(method, pathAndQuery) { Body = json, Deadline = deadline }, cancel);

    /// <summary>Closes the connections. No call may be under way.</summary>
    public void Dispose()
    {
        _http.Dispose();
        _checking.Dispose();
    }

    private static AuthenticationHeaderValue? Authorization(ElasticOptions options)
    {
        static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        if (options.ApiKey.Length > 0)
        {
            // Base64 has no colon: with one it is the pair that the encoded form is made of.
            return new("ApiKey", options.ApiKey.Contains(':', StringComparison.Ordinal) ? Encode(options.ApiKey) : options.ApiKey);
        }

        return options.User.Length > 0 ? new("Basic", Encode($"{options.User}:{options.Password}")) : null;
    }

    // Null when it is an Elasticsearch that will do, else the answer that says no more.
    private async Task<ElasticResponse?> CheckAsync(CancellationToken patience, CancellationToken either)
    {
        try
        {
            await _checking.WaitAsync(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new ElasticUnavailableException("Elasticsearch did not answer in time.", mayBeApplied: false);
        }

        try
        {
            if (_version is not null)
            {
                return null;
            }

            var product = "";
            var answer = await TryHostsAsync(
                new ElasticRequest(HttpMethod.Get, "/"),
                headers => product = headers.TryGetValues("X-Elastic-Product", out var values) ? string.Join(',', values) : "",
                patience, either).ConfigureAwait(false);
            if (!answer.IsSuccess)
            {
                return answer;
            }

            _version = ElasticIdentity.Check(product, answer);
            return null;
        }
        finally
        {
            _checking.Release();
        }
    }

    private async Task<ElasticResponse> TryHostsAsync(
        ElasticRequest request, Action<HttpResponseHeaders>? look, CancellationToken patience, CancellationToken either)
    {
        var isGzipped = request.IsGzipped || (Options.Gzip && request.Body.Length >= GzipBody.WorthwhileBytes);
        var body = isGzipped && !request.IsGzipped ? GzipBody.Compress(request.Body) : request.Body;
        var tried = new bool[Options.Hosts.Count];
        ElasticUnavailableException? last = null;
        while (_hosts.Next(tried) is var host and >= 0)
        {
            tried[host] = true;
            using var message = Message(request, _hosts[host], body, isGzipped);
            try
            {
                using var http = await _http.SendAsync(message, either).ConfigureAwait(false);
                look?.Invoke(http.Headers);
                var bytes = await AnswerBody.ReadAsync(
                    http.Content, Options.MaxAnswerBytes, request.AnswerBuffer, either).ConfigureAwait(false);
                Judge(host, (int)http.StatusCode);
                return new ElasticResponse((int)http.StatusCode, bytes, RetryAfter(http));
            }
            catch (HttpRequestException e) when (IsUnsent(e))
            {
                _hosts.Failed(host);
                last = new ElasticUnavailableException($"{_hosts[host].Authority} {Unreached(e)}.", mayBeApplied: false, e);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                _hosts.Failed(host);
                throw new ElasticUnavailableException($"{_hosts[host].Authority} did not answer in time.", mayBeApplied: true);
            }
            catch (OperationCanceledException e) when (!either.IsCancellationRequested)
            {
                // The connection's own limit.
                _hosts.Failed(host);
                last = new ElasticUnavailableException($"{_hosts[host].Authority} cannot be reached in time.", mayBeApplied: false, e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException and not ElasticUnavailableException)
            {
                _hosts.Failed(host);
                throw new ElasticUnavailableException($"{_hosts[host].Authority} broke the connection off.", mayBeApplied: true, e);
            }
        }

        throw last!;
    }

    private HttpRequestMessage Message(ElasticRequest request, Uri host, ReadOnlyMemory<byte> body, bool isGzipped)
    {
        var message = new HttpRequestMessage(request.Method, host.AbsoluteUri.TrimEnd('/') + request.PathAndQuery);
        message.Headers.Authorization = _authorization;
        if (!body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
            if (isGzipped)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
            }
        }

        return message;
    }

    // A gateway or a node that is shutting down answers for itself, not for the cluster: the next call goes elsewhere.
    private void Judge(int host, int status)
    {
        if (status is 502 or 503 or 504)
        {
            _hosts.Failed(host);
        }
        else
        {
            _hosts.Succeeded(host);
        }
    }

    private static string Unreached(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError when TlsFailure.IsUntrusted(e) =>
            "shows a certificate that is not trusted; ca= or fingerprint= in its URL says which one to trust",
        HttpRequestError.SecureConnectionError => "does not answer with TLS; perhaps http:// is meant",
        HttpRequestError.NameResolutionError => "cannot be reached: the name is not known",
        _ => "cannot be reached: nobody takes connections there",
    };

    private static bool IsUnsent(HttpRequestException e) => e.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;

    private TimeSpan? RetryAfter(HttpResponseMessage http) => http.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };
}
