using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Tests.Support;

/// <summary>The real binaries, a data directory of its own, free loopback ports and the HTTP API.</summary>
public sealed class Installation : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        // Certificates made by the test's own authority; whether the product checks them is tested with the product's clients.
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly List<RunningProcess> _processes = [];

    /// <summary>Root of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The `telemetry` binary.</summary>
    public static string Telemetry => Path.Combine(Repository, "artifacts/bin/Telemetry.Cli/release/telemetry");

    /// <summary>The native shipper; TELEMETRY_SHIPPER names another program.</summary>
    public static string Shipper { get; } = Environment.GetEnvironmentVariable("TELEMETRY_SHIPPER") is { Length: > 0 } program
        ? program
        : Path.Combine(Repository, "artifacts/publish/telemetry-shipper");

    /// <summary>Everything of this installation, logs of its processes included.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("telemetry-real-").FullName;

    /// <summary>Port of API and console.</summary>
    public int HttpPort { get; } = FreePort.One();

    /// <summary>Port of the gateway.</summary>
    public int GrpcPort { get; } = FreePort.One();

    /// <summary>Data directory.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>Address of API and console.</summary>
    public string Url => $"http://127.0.0.1:{HttpPort}";

    /// <summary>Address of the gateway.</summary>
    public string Gateway => $"http://127.0.0.1:{GrpcPort}";

    /// <summary>`telemetry up` with the native shipper; returns when the API answers.</summary>
    public async Task<RunningProcess> UpAsync(params string[] args)
    {
        var up = Start("up", Telemetry, ["up", "--data", Data, "--http-port", $"{HttpPort}", "--grpc-port", $"{GrpcPort}", .. args]);
        await ReadyAsync(up);
        return up;
    }

    /// <summary>Starts a program; what it prints goes to NAME.log in the folder.</summary>
    public RunningProcess Start(string name, string file, params string[] args)
    {
        Environment.SetEnvironmentVariable("TELEMETRY_SHIPPER", Shipper);
        var process = RunningProcess.Start(Path.Combine(Folder, name + ".log"), file, args);
        _processes.Add(process);
        return process;
    }

    /// <summary>Waits until the API answers; over TLS it may also ask for a token.</summary>
    public async Task ReadyAsync(RunningProcess process, bool isTls = false)
    {
        var url = isTls ? $"https://127.0.0.1:{HttpPort}" : Url;
        for (var i = 0; i < 600; i++)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"It ended at once; see {Folder}.");
            }

            try
            {
                using var answer = await Http.GetAsync(new Uri(url + "/healthz"));
                // A part that fails is told with 503: the others run.
                if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable || (isTls && answer.StatusCode == HttpStatusCode.Unauthorized))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"{url}/healthz did not answer within 30 s; see {Folder}.");
    }

    /// <summary>Exact number of documents that match.</summary>
    public async Task<long> CountAsync(string query, CancellationToken cancel = default)
    {
        using var json = await GetAsync($"/api/v1/search?limit=0&q={Uri.EscapeDataString(query)}", cancel);
        return json.RootElement.GetProperty("total").GetInt64();
    }

    /// <summary>A JSON answer of the API.</summary>
    public async Task<JsonDocument> GetAsync(string pathAndQuery, CancellationToken cancel = default)
    {
        await using var stream = await Http.GetStreamAsync(new Uri(Url + pathAndQuery), cancel);
        return await JsonDocument.ParseAsync(stream, cancellationToken: cancel);
    }

    /// <summary>Bytes of the files below a folder of the data directory, as the disk counts them.</summary>
    public long StoredBytes(string folder) => new DirectoryInfo(Path.Combine(Data, folder))
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        if (Environment.GetEnvironmentVariable("TELEMETRY_TEST_KEEP") is null)
        {
            Directory.Delete(Folder, recursive: true);
        }
        else
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kept {Folder}"));
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Telemetry.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Telemetry.sln is not above this program.");
        }

        return folder.FullName;
    }
}
