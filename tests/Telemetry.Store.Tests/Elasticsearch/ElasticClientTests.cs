using System.IO.Compression;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Telemetry.Store.Elasticsearch;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class ElasticClientTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TheServerIsCheckedOnceAndTheRequestArrives()
    {
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("200 OK", "{}")));
        using var client = Client($"http://user:s3cret@{server.Host}");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await client.SendAsync(HttpMethod.Post, "/x?y=z", "{}"u8.ToArray(), Deadline, default)).Status);
        }

        Assert.Equal(["GET / HTTP/1.1", .. Enumerable.Repeat("POST /x?y=z HTTP/1.1", 3)], server.Requests.Select(request => request.Line));
        Assert.All(server.Requests, request => Assert.Equal("Basic " + Convert.ToBase64String("user:s3cret"u8), request.Headers["Authorization"]));
        Assert.Equal("{}", Encoding.UTF8.GetString(server.Requests.Last().Body));
        Assert.Equal(new ElasticVersion(8, 19), await client.VersionAsync(Deadline, default));
    }

    [Theory]
    [InlineData("aWQ6a2V5", "ApiKey aWQ6a2V5")]
    [InlineData("id:key", "ApiKey aWQ6a2V5")]
    public async Task AnApiKeyIsSentEncodedAndThePrefixIsKept(string key, string expected)
    {
        File.WriteAllText(_directory["key"], key + "\n");
        await using var server = new PlainServer(request => request.Line.StartsWith("GET /es/ ", StringComparison.Ordinal) ? PlainServer.Elastic : PlainServer.Answer("200 OK", "{}"));
        using var client = Client($"http://{server.Host}/es/?api_key_file={_directory["key"]}");
        await client.SendAsync(HttpMethod.Get, "/_x", default, Deadline, default);
        Assert.Equal(["GET /es/ HTTP/1.1", "GET /es/_x HTTP/1.1"], server.Requests.Select(request => request.Line));
        Assert.All(server.Requests, request => Assert.Equal(expected, request.Headers["Authorization"]));
    }

    [Fact]
    public async Task LargeBodiesAreCompressedUnlessTurnedOff()
    {
        var body = Encoding.UTF8.GetBytes(new string('x', 100_000));
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("200 OK", "{}")));
        using var client = Client($"http://{server.Host}?gzip=true");
        using var plain = Client($"http://{server.Host}?gzip=false");
        await client.SendAsync(HttpMethod.Post, "/x", body, Deadline, default);
        await plain.SendAsync(HttpMethod.Post, "/x", body, Deadline, default);
        await client.SendAsync(new ElasticRequest(HttpMethod.Post, "/x") { Body = "zip"u8.ToArray(), IsGzipped = true }, default);
        var posts = server.Requests.Where(request => request.Line.StartsWith("POST", StringComparison.Ordinal)).ToList();
        using var inflated = new MemoryStream();
        new GZipStream(new MemoryStream(posts[0].Body), CompressionMode.Decompress).CopyTo(inflated);
        Assert.Equal(body, inflated.ToArray());
        Assert.Equal("gzip", posts[0].Headers["Content-Encoding"]);
        Assert.False(posts[1].Headers.ContainsKey("Content-Encoding"));
        Assert.Equal(body, posts[1].Body);
        Assert.Equal("gzip", posts[2].Headers["Content-Encoding"]);
        Assert.Equal("zip"u8.ToArray(), posts[2].Body);
    }

    [Theory]
    [InlineData("""{"version":{"number":"8.16.4"}}""", "X-Elastic-Product: Elasticsearch", "too old")]
    [InlineData("""{"version":{"number":"2.11.0"}}""", "X-Other: OpenSearch", "not by Elasticsearch")]
    [InlineData("""{"version":7}""", "X-Elastic-Product: Elasticsearch", "does not tell its version")]
    [InlineData("""[]""", "X-Elastic-Product: Elasticsearch", "does not tell its version")]
    public async Task WhatWillNotDoIsRefused(string body, string header, string expected)
    {
        await using var server = new PlainServer(_ => PlainServer.Answer("200 OK", body, header));
        using var client = Client($"http://{server.Host}");
        var error = await Assert.ThrowsAsync<ElasticIncompatibleException>(() => client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, request => request.Line.Contains("/x", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARefusalOfTheCheckIsTheAnswer()
    {
        await using var server = new PlainServer(_ => PlainServer.Answer("401 Unauthorized", """{"error":{"type":"security_exception","reason":"missing credentials"}}"""));
        using var client = Client($"http://{server.Host}");
        var answer = await client.SendAsync(HttpMethod.Post, "/x", "{}"u8.ToArray(), Deadline, default);
        Assert.Equal((401, "401 security_exception: missing credentials"), (answer.Status, answer.Problem()));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task ADeadHostIsReplacedWithinTheCallAndTheOthersTakeTurns()
    {
        await using var one = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("200 OK", "{}")));
        await using var two = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("200 OK", "{}")));
        using var client = Client($"http://localhost:{FreePort.One()},{one.Host},{two.Host}");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default)).Status);
        }

        Assert.InRange(one.Requests.Count, 8, 13);
        Assert.InRange(two.Requests.Count, 8, 13);
    }

    [Fact]
    public async Task WithoutAnyHostNothingWasApplied()
    {
        using var client = Client($"http://someone:s3cret@localhost:{FreePort.One()},localhost:{FreePort.One()}");
        var error = await Assert.ThrowsAsync<ElasticUnavailableException>(() => client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default));
        Assert.False(error.MayBeApplied);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AResetLeavesItOpenWhetherTheRequestWasAppliedAndIsNotSentElsewhere()
    {
        await using var one = new PlainServer(PlainServer.AfterCheck(_ => null));
        await using var two = new PlainServer(PlainServer.AfterCheck(_ => null));
        using var client = Client($"http://{one.Host},{two.Host}");
        var error = await Assert.ThrowsAsync<ElasticUnavailableException>(() => client.SendAsync(HttpMethod.Post, "/_bulk", "{}"u8.ToArray(), Deadline, default));
        Assert.True(error.MayBeApplied);
        Assert.Single(one.Requests.Concat(two.Requests), request => request.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("")]
    public async Task AnAnswerThatDoesNotEndIsGivenUpAtTheDeadline(string answer)
    {
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => answer));
        using var client = Client($"http://{server.Host}");
        await client.VersionAsync(Deadline, default);
        var error = await Assert.ThrowsAsync<ElasticUnavailableException>(() => client.SendAsync(HttpMethod.Get, "/x", default, TimeSpan.FromMilliseconds(200), default));
        Assert.True(error.MayBeApplied);
    }

    [Fact]
    public async Task TheCallersOwnEndIsNoFailureOfTheHost()
    {
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => ""));
        using var client = Client($"http://{server.Host}");
        await client.VersionAsync(Deadline, default);
        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(HttpMethod.Get, "/x", default, Deadline, end.Token));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n0123456789012345678901234567890123456789012345678901234567890123456789\r\n41\r\n01234567890123456789012345678901234567890123456789012345678901234\r\n0\r\n\r\n")]
    public async Task AnAnswerThatIsTooLongIsNotRead(string answer)
    {
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => answer));
        Assert.True(ElasticOptions.TryParse($"http://{server.Host}", out var options, out _));
        using var client = new ElasticClient(options with { MaxAnswerBytes = 100 });
        await Assert.ThrowsAsync<ElasticUnavailableException>(() => client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default));
    }

    [Fact]
    public async Task RetryAfterIsTold()
    {
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("429 Too Many Requests", "{}", "Retry-After: 7")));
        using var client = Client($"http://{server.Host}");
        var answer = await client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default);
        Assert.Equal((429, TimeSpan.FromSeconds(7)), (answer.Status, answer.RetryAfter));
    }

    [Fact]
    public void ReasonsShowNoValues() => Assert.Equal(
        "failed to parse field [a] of type [long]",
        ElasticResponse.Shorten("failed to parse field [a] of type [long]. Preview of field's value: 'secret'"));

    [Fact]
    public async Task TlsTrustsOnlyWhatItIsTold()
    {
        using var authority = Authority("test authority");
        using var other = Authority("another");
        using var certificate = Certificate(authority, "localhost");
        using var wrongName = Certificate(authority, "elsewhere");
        File.WriteAllText(_directory["ca.pem"], authority.ExportCertificatePem());
        File.WriteAllText(_directory["other.pem"], other.ExportCertificatePem());
        await using var server = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("200 OK", "{}")), certificate);
        await using var misnamed = new PlainServer(PlainServer.AfterCheck(_ => PlainServer.Answer("200 OK", "{}")), wrongName);

        Assert.True(await IsAnswered($"https://{server.Host}?ca={_directory["ca.pem"]}"));
        Assert.False(await IsAnswered($"https://{server.Host}?ca={_directory["other.pem"]}"));
        Assert.False(await IsAnswered($"https://{server.Host}"));
        Assert.False(await IsAnswered($"https://{misnamed.Host}?ca={_directory["ca.pem"]}"));
        Assert.True(await IsAnswered($"https://{server.Host}?fingerprint={Fingerprint(certificate)}"));
        Assert.True(await IsAnswered($"https://{misnamed.Host}?fingerprint={Fingerprint(wrongName)}"));
        Assert.False(await IsAnswered($"https://{server.Host}?fingerprint={Fingerprint(other)}"));
    }

    [Fact]
    public void AnAuthorityIsPinnedOnlyForWhatItSignedAndForTheNameAskedFor()
    {
        using var authority = Authority("test authority");
        using var other = Authority("another");
        using var certificate = Certificate(authority, "localhost");
        // As a server sends them: its own, and those above it.
        using var chain = new X509Chain();
        chain.ChainPolicy.ExtraStore.Add(authority);
        chain.ChainPolicy.ExtraStore.Add(other);
        bool IsPinned(X509Certificate2 pin, SslPolicyErrors errors) =>
            ElasticTls.IsPinned(SHA256.HashData(pin.RawData), certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors | errors);

        Assert.True(IsPinned(authority, SslPolicyErrors.None));
        Assert.False(IsPinned(authority, SslPolicyErrors.RemoteCertificateNameMismatch));
        Assert.False(IsPinned(other, SslPolicyErrors.None));
        Assert.True(IsPinned(certificate, SslPolicyErrors.RemoteCertificateNameMismatch));
    }

    [Fact]
    public async Task AServerThatSpeaksNoTlsIsNamedAsSuch()
    {
        await using var server = new NoTlsServer();
        using var client = Client($"https://{server.Authority}");

        var e = await Assert.ThrowsAsync<ElasticUnavailableException>(() => client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default));

        Assert.Equal($"{server.Authority} does not answer with TLS; perhaps http:// is meant.", e.Message);
    }

    [Fact]
    public void HostsThatFailAreLeftOutForLongerAndLonger()
    {
        var time = new FakeTime();
        var pool = new HostPool([new Uri("http://a:1"), new Uri("http://b:1")], time, new Random(1));
        var bad = pool.Next([false, false]);
        pool.Failed(bad);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(1 - bad, pool.Next([false, false])));
        Assert.Equal(bad, pool.Next(bad == 0 ? [false, true] : [true, false]));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(bad, Enumerable.Range(0, 2).Select(_ => pool.Next([false, false])));
        for (var i = 0; i < 10; i++)
        {
            pool.Failed(bad);
        }

        time.Advance(TimeSpan.FromSeconds(29));
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(1 - bad, pool.Next([false, false])));
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains(bad, Enumerable.Range(0, 2).Select(_ => pool.Next([false, false])));
        Assert.Equal(-1, pool.Next([true, true]));
    }

    private static ElasticClient Client(string url) =>
        ElasticOptions.TryParse(url, out var options, out var problems) ? new ElasticClient(options) : throw new ArgumentException(problems[0]);

    private static async Task<bool> IsAnswered(string url)
    {
        using var client = Client(url);
        try
        {
            return (await client.SendAsync(HttpMethod.Get, "/x", default, Deadline, default)).IsSuccess;
        }
        catch (ElasticUnavailableException e)
        {
            Assert.Contains("a certificate that is not trusted", e.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static string Fingerprint(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
    }

    private static X509Certificate2 Certificate(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(9), [1, 2, 3, 4]);
        return signed.CopyWithPrivateKey(key);
    }
}
