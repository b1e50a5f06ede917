using System.CommandLine;

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
}
