using System.Globalization;
using System.Net;

namespace Telemetry.Cli.Configuration;

/// <summary>Turns texts into values and collects every problem instead of stopping at the first.</summary>
internal sealed class SettingReader(EffectiveConfiguration configuration, List<string> problems)
{
    public string Text(Setting setting) => configuration[setting].Text;

    public IReadOnlyList<string> List(Setting setting) => configuration[setting].Texts;

    /// <summary>A full path; "" when none is set.</summary>
    public string FullPath(Setting setting) => Text(setting).Length == 0 ? "" : RequiredPath(setting);

    /// <summary>A full path that has to be set.</summary>
    public string RequiredPath(Setting setting) => Read(setting, "a path", (string text, out string path) =>
    {
        path = text.Length == 0 || text.Contains('\0') ? "" : Path.GetFullPath(text);
        return path.Length > 0;
    }) ?? "";

    public int Port(Setting setting) => Read(setting, "a port from 0 to 65535", (string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue);

    /// <summary>A port; null when none is set.</summary>
    public int? OptionalPort(Setting setting) => Text(setting).Length == 0 ? null : Port(setting);

    public IPAddress Address(Setting setting) => Read(setting, "an IP address or localhost",
        (string text, out IPAddress address) =>
        {
            address = IPAddress.Loopback;
            return text == "localhost" || IPAddress.TryParse(text, out address!);
        }) ?? IPAddress.Loopback;

    public long Size(Setting setting) => Read(setting, "a size like 64MiB", (string text, out long bytes) =>
    {
        var parsed = ByteSize.TryParse(text, out var size);
        bytes = size.Bytes;
        return parsed && bytes > 0;
    });

    /// <summary>A size that is not less than <paramref name="least"/>.</summary>
    public long Size(Setting setting, long least) => Read(
        setting, $"a size like 20GiB, {new ByteSize(least)} or more", (string text, out long bytes) =>
        {
            var parsed = ByteSize.TryParse(text, out var size);
            bytes = size.Bytes;
            return parsed && bytes >= least;
        });

    /// <summary>A duration that is not less than <paramref name="least"/>.</summary>
    public TimeSpan Duration(Setting setting, TimeSpan least) => Read(
        setting, $"a duration like 7d, {DurationText.Format(least)} or more",
        (string text, out TimeSpan duration) => DurationText.TryParse(text, out duration) && duration >= least);

    public TimeSpan Duration(Setting setting) => Read(setting, "a duration like 5s or 7d",
        (string text, out TimeSpan duration) => DurationText.TryParse(text, out duration));

    public bool Switch(Setting setting) => Read<bool>(setting, "true or false", bool.TryParse);

    public Uri Url(Setting setting) => Read(setting, "a URL like http://127.0.0.1:5080", (string text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!) && url.Scheme is "http" or "https")!;

    public T OneOf<T>(Setting setting, IReadOnlyDictionary<string, T> choices) => Read(
        setting, $"one of {string.Join(", ", choices.Keys)}",
        (string text, out T choice) => choices.TryGetValue(text, out choice!));

    // What a failed parse left behind is out of range for who builds options from it; they go on with a default.
    private T Read<T>(Setting setting, string expected, TryParse<T> parse)
    {
        var value = configuration[setting];
        if (parse(value.Text, out var result))
        {
            return result;
        }

        problems.Add($"{NameOf(value)} has to be {expected}, not '{value.Display}'");
        return default!;
    }

    private static string NameOf(SettingValue value) =>
        value.Source == SettingSource.File ? $"{value.Origin}: {value.Setting.Key}" : value.Origin;

    private delegate bool TryParse<T>(string text, out T value);
}
