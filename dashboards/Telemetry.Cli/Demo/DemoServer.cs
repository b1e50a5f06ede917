using System.Globalization;
using Telemetry.Cli.Supervision;

namespace Telemetry.Cli.Demo;

/// <summary>
/// One pretended server: real processes with an instance, boots, an image and a state directory of their own. One owner calls
/// it at a time.
/// </summary>
internal sealed class DemoServer(ServerPlan plan, DemoSetup setup, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);

    private ChildProcess? _service;
    private ChildProcess? _shipper;
    private int _boot;
    private string _bootId = "";

    public string Name => plan.Name;

    private string Home => Path.Combine(setup.Directory, plan.Name);

    // The disk of a server that is replaced goes with it, and so does the state of its shipper.
    private string State => Path.Combine(Home, $"state-{_boot}");

    private string LogFile => Path.Combine(Home, $"{plan.Role}.log");

    /// <summary>Boots: a new lifetime.</summary>
    /// <param name="arguments">Further arguments of the service.</param>
    public void Boot(params string[] arguments)
    {
        _boot++;
        _bootId = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMddHHmmss}-{plan.Name}-{_boot}");
        Directory.CreateDirectory(State);
        File.Delete(LogFile);
        StartService(arguments);
    }

    /// <summary>Starts the service in the running lifetime.</summary>
    public void StartService(params string[] arguments)
    {
        if (!plan.LogsToFile)
        {
            var service = ServiceArguments(arguments);
            Replace(ref _shipper, Arguments().Exec(plan.Role, setup.ServiceProgram, service), setup.ShipperProgram);
            return;
        }

        Replace(ref _service, [.. ServiceArguments(arguments), "--file", LogFile], setup.ServiceProgram);
        StartShipper();
    }

    /// <summary>Starts the shipper of a server that logs to a file; it resumes where the former one was.</summary>
    public void StartShipper() =>
        Replace(ref _shipper, Arguments().Run([LogFile], "--seal-on-stop", "shutdown"), setup.ShipperProgram);

    /// <summary>SIGKILL to the shipper alone.</summary>
    public void KillShipper() => _shipper?.Signal(ChildProcess.SigKill);

    /// <summary>SIGKILL to the service that the shipper runs, as the kernel does when memory is gone.</summary>
    public void KillService() => Kill(ServicesOfShipper());

    /// <summary>The power goes: SIGKILL to everything at once.</summary>
    public void PullThePlug()
    {
        var services = ServicesOfShipper();
        KillShipper();
        _service?.Signal(ChildProcess.SigKill);
        Kill(services);
    }

    /// <summary>Waits for the end of the service that the shipper runs, and of the shipper with it.</summary>
    public Task EndedAsync(CancellationToken cancel) => _shipper?.WaitAsync(cancel) ?? Task.CompletedTask;

    /// <summary>An orderly end of the whole server: the shipper is told that the machine goes down, and seals.</summary>
    public Task SealAsync() => ShutDownAsync();

    /// <summary>Stops the service, then its shipper.</summary>
    public async Task ShutDownAsync()
    {
        await StopAsync(_service);
        await StopAsync(_shipper);
    }

    public async ValueTask DisposeAsync()
    {
        await ShutDownAsync();
        _service?.Dispose();
        _shipper?.Dispose();
    }

    private static async Task StopAsync(ChildProcess? process)
    {
        if (process is { HasExited: false })
        {
            await process.StopAsync(Drain);
        }
    }

    private ShipperArguments Arguments() => new()
    {
        Gateway = setup.Gateway,
        Data = State,
        Identity =
        [
            "--instance-id", plan.Name, "--boot-id", _bootId, "--host-name", plan.Name, "--role", plan.Role, "--zone", plan.Zone,
            "--image", string.Create(CultureInfo.InvariantCulture, $"shop-{plan.Role}:2026.11.{20 + _boot}"),
        ],
    };

    private List<string> ServiceArguments(string[] further) =>
    [
        plan.Role, "--exit-with-stdin", "--name", plan.Name, "--rate", plan.LinesPerSecond.ToString(CultureInfo.InvariantCulture),
        .. setup.Samples is null ? Array.Empty<string>() : ["--samples", setup.Samples],
        .. further,
    ];

    private void Replace(ref ChildProcess? child, IReadOnlyList<string> arguments, string program)
    {
        child?.Dispose();
        var output = Path.Combine(Home, $"{Path.GetFileName(program)}.out");
        child = ChildProcess.Start(new ChildSpec(plan.Name, program, arguments, Drain) { OutputFile = output }, time);
    }

    private IReadOnlyList<int> ServicesOfShipper() =>
        _shipper is { HasExited: false } ? ProcessTree.ChildrenOf(_shipper.Id) : [];

    private static void Kill(IReadOnlyList<int> processes)
    {
        foreach (var process in processes)
        {
            ChildProcess.Signal(process, ChildProcess.SigKill);
        }
    }
}
