using Telemetry.Shipping.Configuration;

namespace Telemetry.Shipper.Configuration;

/// <summary>The arguments after the verb, taken apart.</summary>
/// <param name="Flags">Name and value; a switch alone is "on".</param>
/// <param name="Rest">What is no flag: the command of <c>exec</c>.</param>
/// <param name="WantsHelp">--help was among them.</param>
internal sealed record CommandLine(IReadOnlyList<KeyValuePair<string, string>> Flags, IReadOnlyList<string> Rest, bool WantsHelp)
{
    /// <summary>"config" and "json" are flags of the program, not settings.</summary>
    private static readonly string[] _ownFlags = ["config", "json"];

    public static CommandLine Parse(IReadOnlyList<string> arguments, Verbs verb, ICollection<string> problems)
    {
        var flags = new List<KeyValuePair<string, string>>();
        var wantsHelp = false;
        var i = 0;
        for (; i < arguments.Count && arguments[i] != "--" && arguments[i].StartsWith('-'); i++)
        {
            var argument = arguments[i];
            if (argument is "--help" or "-h" or "-?")
            {
                wantsHelp = true;
                continue;
            }

            var equals = argument.IndexOf('=');
            var name = (equals < 0 ? argument : argument[..equals]).TrimStart('-');
            var setting = SettingTable.Find(name);
            if (!argument.StartsWith("--", StringComparison.Ordinal) || !IsKnown(setting, name, verb))
            {
                problems.Add($"Unknown flag '{argument.Split('=')[0]}'.{NearMatch.Hint("--" + name, Names(verb))}");
                i += equals < 0 && i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-') ? 1 : 0;
                continue;
            }

            if (equals >= 0)
            {
                flags.Add(new(name, argument[(equals + 1)..]));
            }
            else if (setting?.Kind == SettingKind.Switch || name == "json")
            {
                flags.Add(new(name, i + 1 < arguments.Count && (arguments[i + 1] is "on" or "off") ? arguments[++i] : "on"));
            }
            else if (i + 1 < arguments.Count)
            {
                flags.Add(new(name, arguments[++i]));
            }
            else
            {
                problems.Add($"'--{name}' needs a value.");
            }
        }

        var rest = arguments.Skip(i < arguments.Count && arguments[i] == "--" ? i + 1 : i).ToList();
        return new CommandLine(flags, rest, wantsHelp);
    }

    /// <summary>Value of a flag that is no setting; null when absent.</summary>
    public string? Find(string name) => Flags.LastOrDefault(f => f.Key == name).Value;

    private static bool IsKnown(Setting? setting, string name, Verbs verb) =>
        setting is not null && (setting.Verbs & verb) != 0 || _ownFlags.Contains(name);

    private static IEnumerable<string> Names(Verbs verb) =>
        SettingTable.All.Where(s => (s.Verbs & verb) != 0).Select(s => "--" + s.Name).Append("--config");
}
