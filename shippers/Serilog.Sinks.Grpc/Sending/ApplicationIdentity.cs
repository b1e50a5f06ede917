using System.Collections;
using System.Reflection;
using System.Security.Cryptography;
using Google.Protobuf;
using Serilog.Debugging;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Machine;
using Telemetry.Wire;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>Who the application is: this run of a service, on this boot of this server.</summary>
/// <param name="Context">The server, as a shipper there would say it.</param>
/// <param name="Workload">This run.</param>
internal sealed record ApplicationIdentity(LifetimeContext Context, Workload Workload)
{
    private const string AgentName = "Serilog.Sinks.Grpc";
    private const string IdentityFile = "/etc/telemetry/identity.json";

    /// <summary>Asks the options, the environment, the server's identity file and the server. Does not throw.</summary>
    public static ApplicationIdentity Find(GrpcSinkOptions options, Func<string, string?> variable)
    {
        var run = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var agent = new Agent
        {
            Name = AgentName,
            Version = VersionOf(typeof(ApplicationIdentity).Assembly),
            RunId = run,
            Pid = Environment.ProcessId,
            IsApplication = true,
        };
        var entry = Assembly.GetEntryAssembly();
        var workload = new Workload
        {
            Id = run,
            Name = options.ServiceName ?? entry?.GetName().Name ?? AppDomain.CurrentDomain.FriendlyName,
            Version = options.ServiceVersion ?? (entry is null ? "" : VersionOf(entry)),
            Commit = entry is null ? "" : CommitOf(entry),
            StartedUnixUs = StartedUnixUs(),
        };
        return new ApplicationIdentity(new LifetimeContext(Server(variable), agent), workload);
    }

    private static Identity Server(Func<string, string?> variable)
    {
        var problems = new List<string>();
        var machine = new LinuxMachine();
        var claims = new IdentityClaims(
            name => variable(SinkEnvironment.Prefix + name.Replace('-', '_').ToUpperInvariant()) ?? (name == "identity" ? IdentityFile : ""),
            IsFileNamed: false, Labels: []);
        var identity = IdentityResolver.Resolve(claims, machine, Variables(), problems);
        problems.ForEach(problem => SelfLog.WriteLine("{0}", problem));
        if (identity.LifetimeId.IsEmpty)
        {
            // A log is worth more than its server's exact name.
            identity.InstanceId = identity.InstanceId.Length > 0 ? identity.InstanceId : machine.HostName;
            identity.BootId = identity.BootId.Length > 0 ? identity.BootId : "unknown";
            identity.LifetimeId = ByteString.CopyFrom(LifetimeId.From(identity.InstanceId, identity.BootId).ToByteArray());
        }

        return identity;
    }

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(v => (string)v.Key, v => v.Value as string ?? "", StringComparer.Ordinal);

    private static long StartedUnixUs()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    private static string VersionOf(Assembly assembly) => Informational(assembly).Split('+')[0];

    /// <summary>As the SDK writes it behind the version when it builds from a repository.</summary>
    private static string CommitOf(Assembly assembly) => Informational(assembly).Split('+', 2) is [_, var commit] ? commit : "";

    private static string Informational(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString(3) ?? "";
}
