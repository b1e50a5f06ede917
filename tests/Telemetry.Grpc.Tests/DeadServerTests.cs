using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Grpc.Tests;

/// <summary>Servers that are not there, or are and say nothing.</summary>
public class DeadServerTests
{
    [Fact]
    public async Task NobodyListeningIsUnavailable()
    {
        await using var channel = Channel(FreePort.One());

        var result = await channel.UnaryAsync("/a.B/C", default, GrpcCallOptions.Default, default);

        Assert.Equal(StatusCode.Unavailable, result.Status.Code);
        Assert.Contains("refused", result.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteToNobodyThrowsTheStatus()
    {
        await using var channel = Channel(FreePort.One());
        await using var call = channel.OpenDuplex("/a.B/C", GrpcCallOptions.Default);

        var thrown = await Assert.ThrowsAsync<GrpcException>(async () => await call.WriteAsync(new byte[1], default));

        Assert.Equal(StatusCode.Unavailable, thrown.Status.Code);
        Assert.Equal(thrown.Status, call.Status);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task DeadlineEndsACallToAServerThatNeverAnswers(string scheme)
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        await using var channel = Channel(((IPEndPoint)tarpit.LocalEndpoint).Port, scheme);
        var clock = Stopwatch.StartNew();

        var result = await channel.UnaryAsync("/a.B/C", new byte[1],
            new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) }, default);

        Assert.Equal(GrpcStatus.DeadlineExceeded, result.Status);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task DeadlineIsMeasuredByTheGivenClock()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        var time = new FakeTime();
        await using var channel = Channel(((IPEndPoint)tarpit.LocalEndpoint).Port, time: time);
        await using var call = channel.OpenDuplex("/a.B/C", new GrpcCallOptions { Timeout = TimeSpan.FromMinutes(1) });
        var read = call.ReadAsync(default).AsTask();

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(read.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await read);
        Assert.Equal(GrpcStatus.DeadlineExceeded, call.Status);
    }

    [Fact]
    public async Task TlsHandshakeThatNeverEndsIsBoundedByTheConnectTimeout()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        await using var channel = Channel(((IPEndPoint)tarpit.LocalEndpoint).Port, "https", TimeSpan.FromMilliseconds(100));

        var result = await channel.UnaryAsync("/a.B/C", new byte[1], GrpcCallOptions.Default, default);

        Assert.Equal(StatusCode.Unavailable, result.Status.Code);
    }

    [Fact]
    public async Task DisposingEndsAReadAndAWriteThatWait()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        await using var channel = Channel(((IPEndPoint)tarpit.LocalEndpoint).Port);
        var call = channel.OpenDuplex("/a.B/C", GrpcCallOptions.Default);
        var read = call.ReadAsync(default).AsTask();
        var write = call.WriteAsync(new byte[1 << 20], default).AsTask();

        await call.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.False(await read.WaitAsync(TimeSpan.FromSeconds(5)));
        var thrown = await Assert.ThrowsAsync<GrpcException>(() => write.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(StatusCode.Cancelled, thrown.Status.Code);
        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
    }

    [Fact]
    public async Task CancelledReadLeavesTheCallAndCancelledWriteEndsIt()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        await using var channel = Channel(((IPEndPoint)tarpit.LocalEndpoint).Port);
        await using var call = channel.OpenDuplex("/a.B/C", GrpcCallOptions.Default);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call.ReadAsync(soon.Token));
        Assert.False(call.HasEnded);

        using var again = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call.WriteAsync(new byte[1 << 20], again.Token));

        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
        Assert.False(await call.ReadAsync(default));
    }

    [Fact]
    public async Task WriteAfterTheHalfCloseIsTheCallersMistake()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        await using var channel = Channel(((IPEndPoint)tarpit.LocalEndpoint).Port);
        await using var call = channel.OpenDuplex("/a.B/C", GrpcCallOptions.Default);
        await call.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call.WriteAsync(new byte[1], default));

        Assert.False(call.HasEnded);
    }

    [Theory]
    [InlineData("ftp://host:1")]
    [InlineData("/path")]
    public void AddressThatIsNoneIsRefused(string address)
    {
        var options = new GrpcChannelOptions { Address = new Uri(address, UriKind.RelativeOrAbsolute) };
        Assert.Throws<ArgumentException>(() => new GrpcChannel(options));
    }

    [Fact]
    public void CaFileThatCannotBeUsedIsNamed()
    {
        var options = new GrpcChannelOptions { Address = new Uri("https://host:1"), CaFile = "/nowhere.pem" };
        Assert.Contains("/nowhere.pem", Assert.Throws<ArgumentException>(() => new GrpcChannel(options)).Message, StringComparison.Ordinal);
    }

    private static GrpcChannel Channel(int port, string scheme = "http", TimeSpan? connectTimeout = null, TimeProvider? time = null) =>
        new(new GrpcChannelOptions
        {
            Address = new Uri($"{scheme}://127.0.0.1:{port}"),
            ConnectTimeout = connectTimeout ?? TimeSpan.FromSeconds(10),
            Time = time ?? TimeProvider.System,
        });
}
