using System.CommandLine;
using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Options;

/// <summary>The flags of some settings, as options of a command.</summary>
internal sealed class FlagSet
{
    private readonly List<(Setting Setting, Option Option)> _flags;

    public FlagSet(params IEnumerable<Setting> settings) =>
        _flags = [.. settings.Select(setting => (setting, Create(setting)))];

    /// <summary>Where data lies.</summary>
    public static IReadOnlyList<Setting> Data { get; } = [Settings.DataDirectory];

    /// <summary>The console's listener.</summary>
    public static IReadOnlyList<Setting> Http { get; } = [Settings.HttpPort, Settings.HttpListen];

    /// <summary>The gateway's listener.</summary>
    public static IReadOnlyList<Setting> Grpc { get; } = [Settings.GrpcPort, Settings.GrpcListen];

    /// <summary>The listener of a process without a console.</summary>
    public static IReadOnlyList<Setting> Metrics { get; } = [Settings.MetricsPort, Settings.MetricsListen];

    /// <summary>What a listener beyond loopback needs.</summary>
    public static IReadOnlyList<Setting> Tls { get; } =
        [Settings.TlsCertificate, Settings.TlsKey, Settings.Insecure];

    /// <summary>The bus.</summary>
    public static IReadOnlyList<Setting> Bus { get; } = [Settings.BusUrl];

    /// <summary>The store.</summary>
    public static IReadOnlyList<Setting> Store { get; } = [Settings.StoreUrl];

    /// <summary>What becomes a typed field.</summary>
    public static IReadOnlyList<Setting> Fields { get; } = [Settings.FieldsFile];

    /// <summary>What is kept.</summary>
    public static IReadOnlyList<Setting> Retention { get; } = [Settings.StoreKeep, Settings.StoreKeepBytes];

    /// <summary>The shipper of this machine.</summary>
    public static IReadOnlyList<Setting> Shipper { get; } = [Settings.ShipperWatch, Settings.ShipperEnabled];

    /// <summary>What is logged.</summary>
    public static IReadOnlyList<Setting> Log { get; } = [Settings.LogLevel];

    /// <summary>The server that is asked.</summary>
    public static IReadOnlyList<Setting> Client { get; } =
        [Settings.ClientUrl, Settings.ClientTokenFile, Settings.ClientCa];

    public void AddTo(Command command) => _flags.ForEach(flag => command.Options.Add(flag.Option));

    /// <summary>True when the setting has a flag in here.</summary>
    public bool Has(Setting setting) => _flags.Exists(flag => flag.Setting == setting);

    /// <summary>What the command line says about these settings.</summary>
    public IEnumerable<SettingValue> Collect(ParseResult parsed)
    {
        foreach (var (setting, option) in _flags)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                yield return new SettingValue(setting, Texts(parsed, setting, option), SettingSource.Flag, option.Name);
            }
        }
    }

    private static IReadOnlyList<string> Texts(ParseResult parsed, Setting setting, Option option) => option switch
    {
        Option<bool> flag => [parsed.GetValue(flag) != setting.FlagNegates ? "true" : "false"],
        Option<string[]> list => parsed.GetValue(list)!,
        _ => [parsed.GetValue((Option<string>)option)!],
    };

    private static Option Create(Setting setting)
    {
        var flag = setting.Flag ?? throw new ArgumentException($"{setting.Key} has no flag");
        return setting.Kind switch
        {
            SettingKind.Switch => new Option<bool>(flag)
            {
                Description = setting.NegatedDescription ?? setting.Description,
            },
            SettingKind.List => new Option<string[]>(flag)
            {
                Description = setting.Description, HelpName = setting.ValueName, Arity = ArgumentArity.OneOrMore,
            },
            _ => new Option<string>(flag)
            {
                Description = Describe(setting), HelpName = setting.ValueName,
            },
        };
    }

    private static string Describe(Setting setting) =>
        setting.Default.Length == 0 ? setting.Description : $"{setting.Description} [default: {setting.Default}]";
}
