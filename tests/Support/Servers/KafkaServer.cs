using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// A real Kafka broker of the test's own on loopback, in a fresh directory. It is started from <c>kafka/start</c> in the folder
/// of servers: TELEMETRY_SERVERS, else <c>shared/servers</c> beside the repository.
/// </summary>
public sealed partial class KafkaServer : IAsyncDisposable
{
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _heap;
    private readonly string[] _properties;
    private RunningProcess? _process;
    private bool _isPaused;

    private KafkaServer(string heap, string[] properties) => (_heap, _properties) = (heap, properties);

    /// <summary>Folder of the servers.</summary>
    public static string Servers { get; } = Environment.GetEnvironmentVariable("TELEMETRY_SERVERS") is { Length: > 0 } folder
        ? folder
        : Path.GetFullPath(Path.Combine(Installation.Repository, "../shared/servers"));

    /// <summary>Port of the broker; its controller has the next one.</summary>
    public int Port { get; private set; }

    /// <summary>host:port.</summary>
    public string Broker => $"127.0.0.1:{Port}";

    /// <summary>What it prints.</summary>
    public string LogFile => _directory["kafka.log"];

    private static string StartScript => Path.Combine(Servers, "kafka/start");

    /// <summary>False, with the reason, where it cannot be started.</summary>
    public static bool Available(out string reason)
    {
        reason = File.Exists(StartScript) ? "" : $"No Kafka to test against: {StartScript} is not there; TELEMETRY_SERVERS names another folder.";
        return reason.Length == 0;
    }

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
            Port = Port == 0 ? FreePortPair() : Port;
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

    /// <summary>It stands still when the task is complete, and its connections stay open.</summary>
    public async Task PauseAsync()
    {
        _ = Kill(_process!.Id, SigStop);
        _isPaused = true;

        // Each thread stops when it runs next, and until then it may answer.
        await Eventually.Holds(() => Directory.EnumerateDirectories($"/proc/{_process.Id}/task").All(IsStopped), "the broker stands still");
    }

    /// <summary>It goes on.</summary>
    public void Continue()
    {
        _ = Kill(_process!.Id, SigCont);
        _isPaused = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isPaused)
        {
            Continue();
        }

        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static bool IsStopped(string task)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[stat.LastIndexOf(')') + 2] is 'T' or 'Z';
        }
        catch (IOException)
        {
            // The thread has ended.
            return true;
        }
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

    private static int FreePortPair()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port;
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                // The next port is taken: another pair.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
