using Telemetry.Store.Elasticsearch;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class ElasticOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void UrlSaysEverything()
    {
        File.WriteAllText(_directory["password"], "s3cret\n");
        var options = Parsed($"https://user%40a@es-1:9200,[::1]:443/prefix/?namespace=prod&password_file={_directory["password"]}&fingerprint={string.Join(':', Enumerable.Repeat("ab", 32))}&gzip=false");
        Assert.Equal(["https://es-1:9200/prefix", "https://[::1]/prefix"], options.Hosts.Select(host => host.AbsoluteUri));
        Assert.Equal(("prod", "user@a", "s3cret", false), (options.Namespace, options.User, options.Password, options.Gzip));
        Assert.Equal(string.Concat(Enumerable.Repeat("AB", 32)), options.Fingerprint);
    }

    [Theory]
    [InlineData("http://es:9200", true)]
    [InlineData("http://localhost:9200", false)]
    [InlineData("http://127.0.0.1:9200,[::1]:9200", false)]
    [InlineData("http://127.0.0.1:9200,es:9200", true)]
    [InlineData("http://127.0.0.1:9200?gzip=true", true)]
    [InlineData("http://es:9200?gzip=false", false)]
    public void RequestsAreCompressedUnlessTheyStayOnThisMachineOrTheUrlSaysOtherwise(string url, bool expected) =>
        Assert.Equal(expected, Parsed(url).Gzip);

    [Fact]
    public void PasswordMayHoldColonsAndAts() =>
        Assert.Equal(("u", "a:b@c"), Parsed("http://u:a:b@c@es:9200") is var options ? (options.User, options.Password) : default);

    [Fact]
    public void NothingPrintedHoldsACredential()
    {
        File.WriteAllText(_directory["key"], "aWQ6azNleQ==");
        var basic = Parsed("http://someone:s3cret@es:9200/x?namespace=a");
        var key = Parsed($"http://es:9200?api_key_file={_directory["key"]}");
        Assert.Equal("http://es:9200/x?namespace=a", basic.ToString());
        Assert.Equal("http://es:9200?namespace=default", $"{key}");
        Assert.Equal("aWQ6azNleQ==", key.ApiKey);
    }

    [Fact]
    public void AllProblemsAreToldAtOnceWithoutCredentials()
    {
        Assert.False(ElasticOptions.TryParse("http://u:s3cret@es,:1?namespace=A-b&colour=red&api_key_file=/nowhere&gzip=maybe&fingerprint=12&ca=/nowhere&gzip=true", out _, out var problems));
        Assert.Equal(
            """
            'es' is no host with a port, such as es-1:9200.
            ':1' is no host with a port, such as es-1:9200.
            namespace 'A-b' has to be 1 to 100 of a-z, 0-9, _ and dot, and begin with one of the first two.
            'colour' is no setting of a store; there are namespace, api_key_file, password_file, ca, fingerprint, gzip.
            api_key_file: '/nowhere' cannot be read: FileNotFoundException.
            gzip has to be true or false, not 'maybe'.
            fingerprint has to be the 64 hex digits of a certificate's SHA-256.
            ca: '/nowhere' is no file of PEM certificates: FileNotFoundException.
            'gzip' is given twice.
            ca and fingerprint are given; give one.
            ca and fingerprint need https://: without TLS there is no certificate.
            """,
            string.Join('\n', problems));
    }

    [Theory]
    [InlineData("es:9200")]
    [InlineData("ftp://es:9200")]
    [InlineData("http://")]
    [InlineData("http://es:99999")]
    [InlineData("http://u@es:9200?password_file=")]
    [InlineData("http://es:9200?password_file=/dev/null")]
    public void OtherUrlsAreRefused(string url)
    {
        Assert.False(ElasticOptions.TryParse(url, out _, out var problems));
        Assert.NotEmpty(problems);
    }

    private static ElasticOptions Parsed(string url)
    {
        Assert.True(ElasticOptions.TryParse(url, out var options, out var problems), string.Join('\n', problems));
        return options!;
    }
}
