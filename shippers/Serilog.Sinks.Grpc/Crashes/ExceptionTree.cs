using Telemetry.Protos.V1;
using Telemetry.Shipping.Crashes;

namespace Serilog.Sinks.Grpc.Crashes;

/// <summary>
/// An exception with those in it, as the shipper reads it from what the runtime prints: the same types, messages and frames. Bounded, and does
/// not throw, whatever the exception does when it is asked.
/// </summary>
internal sealed class ExceptionTree
{
    /// <summary>How many of those inside one another are taken.</summary>
    public const int MaxDepth = 32;

    private const int MaxExceptions = 256;
    private const int MaxFrames = 1000;
    private const int MaxMessage = 16 << 10;

    /// <summary>Of all messages and frames, characters.</summary>
    private const int MaxText = 64 << 10;

    private int _exceptions, _frames, _text;

    private ExceptionTree()
    {
    }

    /// <summary>The tree of what was thrown, which need not be an exception.</summary>
    public static ManagedException Of(object thrown) => thrown is Exception exception
        ? new ExceptionTree().Take(exception, 0)
        : new ManagedException { Type = thrown.GetType().ToString() };

    /// <summary>True when so few are inside one another that they may be asked to write themselves, which takes stack and memory by their number.</summary>
    public static bool IsShort(Exception exception)
    {
        var open = new Stack<Exception>([exception]);
        for (var count = 1; open.TryPop(out var one); count++)
        {
            if (count > MaxDepth || open.Count > MaxDepth)
            {
                return false;
            }

            foreach (var inner in InnerOf(one).Take(MaxDepth + 1))
            {
                open.Push(inner);
            }
        }

        return true;
    }

    /// <summary>Its message; that of an aggregate is made of those inside it, all the way down, and only of a few.</summary>
    public static string MessageOf(Exception exception) => exception is AggregateException && !IsShort(exception)
        ? "One or more errors occurred."
        : Ask(() => exception.Message, "Its message could not be had");

    /// <summary>Those in it.</summary>
    public static IReadOnlyList<Exception> InnerOf(Exception exception) => exception switch
    {
        AggregateException aggregate => aggregate.InnerExceptions,
        { InnerException: { } inner } => [inner],
        _ => [],
    };

    /// <summary>Where it was thrown, as the runtime prints it.</summary>
    public static string StackOf(Exception exception) => Ask(() => exception.StackTrace, "");

    private ManagedException Take(Exception exception, int depth)
    {
        _exceptions++;
        var taken = new ManagedException
        {
            Type = Bounded(exception.GetType().ToString(), MaxMessage),
            Message = Bounded(MessageOf(exception), MaxMessage).TrimEnd(),
        };
        AddFrames(taken, StackOf(exception));
        AddInner(taken, InnerOf(exception), depth + 1);
        return taken;
    }

    private void AddInner(ManagedException taken, IReadOnlyList<Exception> inner, int depth)
    {
        var kept = 0;
        for (; kept < inner.Count && kept < MaxDepth && depth <= MaxDepth && _exceptions < MaxExceptions; kept++)
        {
            taken.Inner.Add(Take(inner[kept], depth));
        }

        Mark(taken, inner.Count - kept, "exceptions in it");
    }

    private void AddFrames(ManagedException taken, string trace)
    {
        var frames = trace.Split('\n').Where(l => l.StartsWith(FrameText.Mark, StringComparison.Ordinal)).ToList();
        foreach (var line in frames.TakeWhile(line => ++_frames <= MaxFrames && (_text += line.Length) <= MaxText))
        {
            taken.Frames.Add(FrameText.Read(line));
        }

        Mark(taken, frames.Count - taken.Frames.Count, "frames");
    }

    private string Bounded(string text, int most)
    {
        most = Math.Min(most, Math.Max(0, MaxText - _text));
        var kept = text.Length <= most ? text : $"{text.AsSpan(0, most)}… ({text.Length - most} characters more)";
        _text += Math.Min(text.Length, most);
        return kept;
    }

    private static void Mark(ManagedException taken, int left, string what)
    {
        if (left > 0)
        {
            taken.Message += $"… ({left} {what} more)";
        }
    }

    private static string Ask(Func<string?> member, string otherwise)
    {
        try
        {
            return member() ?? "";
        }
#pragma warning disable CA1031 // An exception of the application may do anything when it is asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return otherwise.Length > 0 ? $"{otherwise}: {e.GetType()}" : "";
        }
    }
}
