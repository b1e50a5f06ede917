namespace Telemetry.Cli.Configuration;

/// <summary>Every setting with its text and where it came from: flags over environment over file over default.</summary>
internal sealed class EffectiveConfiguration
{
    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.Ordinal);

    private EffectiveConfiguration()
    {
    }

    /// <summary>All settings in the table's order.</summary>
    public IEnumerable<SettingValue> Values => Settings.All.Select(setting => this[setting]);

    /// <summary>The winning value of a setting.</summary>
    public SettingValue this[Setting setting] => _values[setting.Key];

    /// <summary>Merges; what is wrong with file and environment goes to <paramref name="problems"/>, all of it.</summary>
    /// <param name="flags">What the command line says.</param>
    /// <param name="environment">Environment variables by name.</param>
    /// <param name="file">Configuration file; null is none.</param>
    /// <param name="fields">File of fields that is used when none is named; null is none.</param>
    /// <param name="isRoot">Whether root runs this: decides where data lies.</param>
    /// <param name="problems">One sentence each.</param>
    public static EffectiveConfiguration Merge(
        IEnumerable<SettingValue> flags, IReadOnlyDictionary<string, string> environment, string? file, string? fields,
        bool isRoot, List<string> problems)
    {
        var merged = new EffectiveConfiguration();
        var dataDirectory = DataDirectoryDefault.Resolve(environment, isRoot);
        merged.Apply(Settings.All.Select(setting => DefaultOf(setting, dataDirectory, fields)));
        merged.Apply(file is null ? [] : FileSettings.Read(file, problems));
        merged.Apply(EnvironmentSettings.Read(environment, problems));
        merged.Apply(flags);
        return merged;
    }

    private static SettingValue DefaultOf(Setting setting, string dataDirectory, string? fields)
    {
        var text = setting == Settings.DataDirectory ? dataDirectory
            : setting == Settings.FieldsFile && fields is not null ? fields
            : setting.Default;
        return new SettingValue(setting, text.Length == 0 ? [] : [text], SettingSource.Default, "default");
    }

    private void Apply(IEnumerable<SettingValue> values)
    {
        foreach (var value in values)
        {
            _values[value.Setting.Key] = value;
        }
    }
}
