using System.CommandLine;
using System.CommandLine.Parsing;

namespace Telemetry.Cli.Options;

/// <summary>Keeps a mistyped flag from being taken for a value.</summary>
internal static class PlainValues
{
    /// <summary>Refuses values that look like a flag; what really begins so is written after <c>--</c>.</summary>
    public static Argument<T> RefusingFlags<T>(this Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.StartsWith("--", StringComparison.Ordinal)))
            {
                result.AddError($"Unrecognized command or argument '{token.Value}'.");
            }
        });
        return argument;
    }

    /// <summary>Refuses a value without a visible character.</summary>
    public static T RefusingBlank<T>(this T symbol)
        where T : Symbol
    {
        switch (symbol)
        {
            case Argument argument:
                argument.Validators.Add(result => Refuse(result, argument.Name));
                break;
            case Option option:
                option.Validators.Add(result => Refuse(result, option.Name));
                break;
        }

        return symbol;

        static void Refuse(SymbolResult result, string name)
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError($"{name} must not be blank.");
            }
        }
    }
}
