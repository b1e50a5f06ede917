using System.Globalization;
using Telemetry.Protos.V1;

namespace Telemetry.Shipping.Crashes;

/// <summary>A frame as the runtime prints it: "   at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12".</summary>
internal static class FrameText
{
    public const string Mark = "   at ";

    private const string InFile = " in ";
    private const string LineMark = ":line ";

    /// <summary>The frame of a line that begins with <see cref="Mark"/>.</summary>
    public static ManagedFrame Read(string line)
    {
        var text = line[Mark.Length..].TrimEnd();
        var frame = new ManagedFrame { Method = text };
        var at = text.LastIndexOf(InFile, StringComparison.Ordinal);
        var number = text.LastIndexOf(LineMark, StringComparison.Ordinal);
        if (at > 0 && number > at
            && uint.TryParse(text.AsSpan(number + LineMark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            frame.Method = text[..at];
            frame.File = text[(at + InFile.Length)..number];
            frame.Line = value;
        }

        return frame;
    }
}
