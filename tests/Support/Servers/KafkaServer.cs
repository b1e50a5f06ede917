using System.Net;
using System.Net.Sockets;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// A real Kafka broker of the test's own on loopback, in a fresh directory. It is started from <c>kafka/start</c> in
/// <see cref="ServerFolder"/>.
/// </summary>
public sealed class KafkaServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _heap;
    private readonly string[] _properties;
    private RunningProcess? _process;

    private KafkaServer(string heap, string[] properties) => (_heap, _properties) = (heap, properties);

    /// <summary>Folder of the servers.</summary>
    public static string Servers => ServerFolder.Path;

    /// <summary>Port of the broker; its controller has the next one.</summary>
    public int Port { get; private set; }

    /// <summary>host:port.</summary>
    public string Broker => $"127.0.0.1:{Port}";

    /// <summary>What it prints.</summary>
    public string LogFile => _directory["kafka.log"];

    private static string StartScript => ServerFolder.In("kafka/start");

    /// <summary>False, with the reason, where it cannot be started.</summary>
    public static bool Available(out string reason) => ServerFolder.Has("kafka/start", "Kafka", out reason);

    /// <summary>Starts one and waits until it accepts connections.</summary>
    /// <param name="heap">Of the JVM.</param>
    /// <param name="properties">More server properties, <c>name=value</c>; "PORT" in a value is the broker's port, "NEXT" the controller's.</param>
    public static async Task<KafkaServer> StartAsync(string heap = "256m", params string[] properties)
    {
        var server = new KafkaServer(heap, properties);
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again on the same directory and port, and waits until it accepts connections.</summary>
    public async Task RestartAsync()
    {
        // Another process may take a port that was free a moment ago; the first start may choose again.
        var attempts = Port == 0 ? 3 : 1;
        for (var attempt = 1; ; attempt++)
        {
            Port = Port == 0 ? FreePort.Pair(1) : Port;
            _process = RunningProcess.Start(
                LogFile, "/usr/bin/env",
                ["HEAP=" + _heap, StartScript, _directory[$"broker-{Port}"], $"{Port}", .. _properties.Select(Fill)]);
            if (await IsReadyAsync(_process))
            {
                return;
            }

            await _process.DisposeAsync();
            if (attempt == attempts)
            {
                throw new InvalidOperationException($"Kafka did not start:{Environment.NewLine}{string.Join(Environment.NewLine, File.ReadLines(LogFile).TakeLast(20))}");
            }

            Port = 0;
        }
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync() => await _process!.DisposeAsync();

    /// <inheritdoc cref="RunningProcess.PauseAsync"/>
    public Task PauseAsync() => _process!.PauseAsync();

    /// <summary>It goes on.</summary>
    public void Continue() => _process!.Continue();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private string Fill(string property) => property
        .Replace("PORT", $"{Port}", StringComparison.Ordinal).Replace("NEXT", $"{Port + 1}", StringComparison.Ordinal);

    private async Task<bool> IsReadyAsync(RunningProcess process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!process.HasExited && !patience.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, patience.Token);
                return true;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        return false;
    }
}
