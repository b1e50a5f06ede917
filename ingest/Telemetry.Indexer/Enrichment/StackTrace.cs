using System.Globalization;
using System.Text;
using Telemetry.Protos.V1;

namespace Telemetry.Indexer.Enrichment;

/// <summary>Prints an exception as the .NET runtime does.</summary>
internal static class StackTrace
{
    private const int MaxDepth = 32;

    public static string Print(ManagedException exception)
    {
        var text = new StringBuilder();
        Append(text, exception, 0);
        return text.ToString();
    }

    /// <summary>Visits the inner exceptions, outermost first.</summary>
    public static void Inner(ManagedException exception, Action<ManagedException> visit, int depth = 0)
    {
        if (depth < MaxDepth)
        {
            foreach (var inner in exception.Inner)
            {
                visit(inner);
                Inner(inner, visit, depth + 1);
            }
        }
    }

    private static void Append(StringBuilder text, ManagedException exception, int depth)
    {
        text.Append(exception.Type);
        if (exception.Message.Length > 0)
        {
            text.Append(": ").Append(exception.Message);
        }

        if (depth < MaxDepth)
        {
            foreach (var inner in exception.Inner)
            {
                text.Append("\n ---> ");
                Append(text, inner, depth + 1);
                text.Append("\n   --- End of inner exception stack trace ---");
            }
        }

        foreach (var frame in exception.Frames)
        {
            text.Append("\n   at ").Append(frame.Method);
            if (frame.File.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" in {frame.File}:line {frame.Line}");
            }
        }
    }
}
