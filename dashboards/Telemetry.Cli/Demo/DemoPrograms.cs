using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Demo;

/// <summary>The programs that the demo's servers run.</summary>
internal sealed record DemoPrograms(string Shipper, string Service)
{
    /// <summary>Finds them.</summary>
    /// <exception cref="CliFailure">One is missing; exit 2.</exception>
    public static DemoPrograms Find(CliContext context) => new(
        Find(context, "TELEMETRY_SHIPPER", "telemetry-shipper", "Telemetry.Shipper"),
        Find(context, "TELEMETRY_DEMO_SERVICE", "telemetry-demo-service", "Telemetry.Demo"));

    private static string Find(CliContext context, string variable, string name, string project)
    {
        var named = context.Environment.GetValueOrDefault(variable, "");
        var program = named.Length > 0 ? named : ProgramFinder.Find(name, project, AppContext.BaseDirectory);
        return program is not null && File.Exists(program)
            ? program
            : throw CliFailure.Usage(
                $"--demo needs {name}, which was not found; './build up -- --demo' builds it, {variable} names it.");
    }
}
