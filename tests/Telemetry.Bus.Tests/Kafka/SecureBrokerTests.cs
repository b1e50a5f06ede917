using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Bus.Kafka;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>A real broker whose listener wants TLS and a password.</summary>
[Trait("Category", "heavy")]
public sealed class SecureBrokerTests : IAsyncLifetime
{
    private const string Module = "org.apache.kafka.common.security";
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort.One();
    private KafkaServer? _server;

    public async ValueTask InitializeAsync()
    {
        if (!KafkaServer.Available(out _))
        {
            return;
        }

        WriteCertificates();
        await File.WriteAllTextAsync(_directory["password"], "right");
        await File.WriteAllTextAsync(_directory["wrong"], "wrong");
        _server = await KafkaServer.StartAsync(properties:
        [
            .. SomeKafka.Properties,
            $"listeners=PLAINTEXT://127.0.0.1:PORT,CONTROLLER://127.0.0.1:NEXT,SECURE://127.0.0.1:{_port}",
            $"advertised.listeners=PLAINTEXT://127.0.0.1:PORT,SECURE://127.0.0.1:{_port}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
            "ssl.keystore.type=PEM", $"ssl.keystore.location={_directory["server.pem"]}",
            "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256",
            $"listener.name.secure.plain.sasl.jaas.config={Module}.plain.PlainLoginModule required user_me=\"right\";",
            $"listener.name.secure.scram-sha-256.sasl.jaas.config={Module}.scram.ScramLoginModule required;",
        ]);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _server.Broker }).Build();
        await admin.AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = "me", Password = "right"u8.ToArray(), Salt = RandomNumberGenerator.GetBytes(16),
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
            },
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _directory.Dispose();
    }

    [Fact]
    public Task EntriesPassThroughTlsWithAPassword() => Task.WhenAll(((string[])["PLAIN", "SCRAM-SHA-256"]).Select(async mechanism =>
    {
        await using var bus = await SomeKafka.ConnectAsync(Options(mechanism, "ca.pem", "password"));
        await using var owner = new Owner();
        await using var writer = bus.OpenWriter();
        await SomeKafka.Append(writer, Lane.Bulk, 0, 7);
        await using var member = bus.Join(Lane.Bulk, owner);
        await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 1, "it is read and committed", TimeSpan.FromSeconds(30));
        Assert.Empty(owner.Faults);
    }));

    [Fact]
    public async Task WrongPasswordsAndAuthoritiesAreSaidAndNoPasswordIs()
    {
        var said = await Task.WhenAll(
            SaidAsync(Options("PLAIN", "ca.pem", "wrong")),
            SaidAsync(Options("SCRAM-SHA-256", "ca.pem", "wrong")),
            SaidAsync(Options("PLAIN", "other.pem", "password")));
        Assert.Contains("uthentication", said[0], StringComparison.Ordinal);
        Assert.Contains("uthentication", said[1], StringComparison.Ordinal);
        Assert.Contains("certificate", said[2], StringComparison.Ordinal);
        Assert.All(said, text => Assert.DoesNotContain("wrong", text, StringComparison.Ordinal));
        Assert.All(said, text => Assert.DoesNotContain("right", text, StringComparison.Ordinal));
    }

    /// <summary>What a process that cannot connect is told first.</summary>
    private static async Task<string> SaidAsync(KafkaOptions options)
    {
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var connecting = KafkaBus.ConnectAsync(options, TimeProvider.System, problem => told.TrySetResult(problem), stop.Token);
        var said = await told.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        return said;
    }

    private KafkaOptions Options(string mechanism, string ca, string password)
    {
        Assert.SkipUnless(KafkaServer.Available(out var reason), reason);
        return SomeKafka.Options(
            $"127.0.0.1:{_port}", SomeKafka.NewPrefix(),
            $"&security.protocol=SASL_SSL&sasl.mechanism={mechanism}&sasl.username=me&sasl.password_file={_directory[password]}&ssl.ca.location={_directory[ca]}");
    }

    private void WriteCertificates()
    {
        using var key = RSA.Create(2048);
        using var server = SelfSigned(key, "127.0.0.1");
        File.WriteAllText(_directory["server.pem"], $"{key.ExportPkcs8PrivateKeyPem()}\n{server.ExportCertificatePem()}\n");
        File.WriteAllText(_directory["ca.pem"], server.ExportCertificatePem());
        using var otherKey = RSA.Create(2048);
        using var other = SelfSigned(otherKey, "other");
        File.WriteAllText(_directory["other.pem"], other.ExportCertificatePem());
    }

    private static X509Certificate2 SelfSigned(RSA key, string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
