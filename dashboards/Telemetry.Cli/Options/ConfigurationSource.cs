using System.CommandLine;
using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Options;

/// <summary><c>--config FILE</c>, and the merge of everything that configures a command.</summary>
internal sealed class ConfigurationSource(CliContext context)
{
    /// <summary>For every command.</summary>
    public Option<string> File { get; } = new("--config")
    {
        Description = $"Configuration file (JSON). [default: {FileSettings.DefaultPath} if present]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Merges without judging values.</summary>
    /// <exception cref="CliFailure">An unknown key, an unreadable file: all problems at once, exit 2.</exception>
    public EffectiveConfiguration Merge(ParseResult parsed, FlagSet flags)
    {
        var problems = new List<string>();
        var merged = Merge(parsed, flags, problems);
        return problems.Count == 0 ? merged : throw CliFailure.Usage(problems);
    }

    /// <summary>Merges and checks.</summary>
    /// <exception cref="CliFailure">All problems at once, exit 2.</exception>
    public TelemetryOptions Load(ParseResult parsed, FlagSet flags)
    {
        var problems = new List<string>();
        var merged = Merge(parsed, flags, problems);
        var options = TelemetryOptions.Read(merged, problems);
        if (flags.Has(Settings.FieldsFile))
        {
            // Whoever only reads the store knows its fields from there.
            var path = new SettingReader(merged, problems).FullPath(Settings.FieldsFile);
            options = options with { Fields = FieldsFile.Read(path, problems) };
        }

        return problems.Count == 0 ? options : throw CliFailure.Usage(problems);
    }

    private EffectiveConfiguration Merge(ParseResult parsed, FlagSet flags, List<string> problems)
    {
        var named = parsed.GetValue(File);
        var file = named ?? (System.IO.File.Exists(context.DefaultConfigurationFile) ? context.DefaultConfigurationFile : null);
        var fields = Path.Combine(
            Path.GetDirectoryName(file is { Length: > 0 } ? file : context.DefaultConfigurationFile) ?? "", FieldsFile.DefaultName);
        return EffectiveConfiguration.Merge(
            flags.Collect(parsed), context.Environment, file, System.IO.File.Exists(fields) ? fields : null, context.IsRoot, problems);
    }
}
