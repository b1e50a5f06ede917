using System.Globalization;

namespace Telemetry.Demo;

/// <summary>What the service is told.</summary>
internal sealed record DemoArguments
{
    public const string Usage =
        "telemetry-demo-service web|api|db|worker --name NAME [--rate LINES_PER_SECOND] [--samples DIR] [--file PATH]"
        + " [--throw-after SECONDS] [--segfault-after SECONDS] [--exit-with-stdin]";

    /// <summary>Which service it plays; decides the format of its lines.</summary>
    public string Role { get; private set; } = "";

    /// <summary>Name of the server it plays on.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Lines per second, on average. Default 3.</summary>
    public double Rate { get; private set; } = 3;

    /// <summary>Directory of LogHub samples; null is none.</summary>
    public string? Samples { get; private set; }

    /// <summary>File that it logs to; null is standard output.</summary>
    public string? File { get; private set; }

    /// <summary>When it throws; null is never.</summary>
    public TimeSpan? ThrowAfter { get; private set; }

    /// <summary>When it reads where nothing is; null is never.</summary>
    public TimeSpan? SegfaultAfter { get; private set; }

    /// <summary>Whether the end of standard input ends it.</summary>
    public bool ExitWithInput { get; private set; }

    /// <summary>Does not throw.</summary>
    public static bool TryParse(string[] args, out DemoArguments arguments)
    {
        arguments = new DemoArguments { Role = args.FirstOrDefault("") };
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--exit-with-stdin")
            {
                arguments.ExitWithInput = true;
            }
            else if (i + 1 == args.Length || !arguments.TrySet(args[i], args[++i]))
            {
                return false;
            }
        }

        return arguments is { Role: "web" or "api" or "db" or "worker", Name.Length: > 0 };
    }

    private bool TrySet(string flag, string value)
    {
        switch (flag)
        {
            case "--name": Name = value; return true;
            case "--samples": Samples = value; return true;
            case "--file": File = value; return true;
            case "--rate" when TryNumber(value, out var rate) && rate is > 0 and <= 1_000: Rate = rate; return true;
            case "--throw-after" when TryNumber(value, out var s): ThrowAfter = TimeSpan.FromSeconds(s); return true;
            case "--segfault-after" when TryNumber(value, out var s): SegfaultAfter = TimeSpan.FromSeconds(s); return true;
            default: return false;
        }
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
