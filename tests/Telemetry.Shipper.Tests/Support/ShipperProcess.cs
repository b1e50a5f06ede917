using System.Diagnostics;
using System.Text;

namespace Telemetry.Shipper.Tests.Support;

/// <summary>The built program as a process.</summary>
internal sealed class ShipperProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly StringBuilder _said = new();
    private readonly Task _error;

    public ShipperProcess(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? program = null)
    {
        // Signals that whoever runs the tests ignores (nohup, a background job) are inherited, and a shell cannot trap them then.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=HUP,INT,QUIT", program ?? Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = CollectAsync(_process.StandardError);
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "telemetry-shipper");

    public Process Process => _process;

    public int Id => _process.Id;

    /// <summary>What it wrote to standard error until now.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = new ShipperProcess(arguments);
        return await process.EndAsync();
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(deadline.Token);
        await _error;
        return (_process.ExitCode, await _output, Said);
    }

    private async Task CollectAsync(StreamReader error)
    {
        var buffer = new char[4096];
        while (await error.ReadAsync(buffer) is > 0 and var read)
        {
            lock (_said)
            {
                _said.Append(buffer, 0, read);
            }
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
