using System.Net;
using System.Text;

namespace Telemetry.Cli.Tests;

/// <summary>Answers by path and query; what it does not know is 404.</summary>
internal sealed class FakeServer : HttpMessageHandler
{
    private readonly Dictionary<string, (HttpStatusCode Status, string Body)> _answers = new(StringComparer.Ordinal);

    public List<string> Requests { get; } = [];

    public string? Authorization { get; private set; }

    public FakeServer Answer(string pathAndQuery, string body, HttpStatusCode status = HttpStatusCode.OK)
    {
        _answers[pathAndQuery] = (status, body);
        return this;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        Requests.Add(path);
        Authorization = request.Headers.Authorization?.ToString();
        var (status, body) = _answers.GetValueOrDefault(path, (HttpStatusCode.NotFound, ""));
        return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8) });
    }
}
