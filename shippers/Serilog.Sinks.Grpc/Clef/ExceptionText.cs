using System.Text;
using Serilog.Sinks.Grpc.Crashes;

namespace Serilog.Sinks.Grpc.Clef;

/// <summary>
/// What an exception says of itself, also one whose <c>ToString</c> throws. That of a long chain would take memory with the square of
/// its length, and the stack: its beginning is written here.
/// </summary>
internal static class ExceptionText
{
    /// <summary>Of those that are left out.</summary>
    private const int MaxCounted = 100_000;

    /// <summary><paramref name="isCut"/> when only a beginning of it is written.</summary>
    public static string Of(Exception exception, out bool isCut)
    {
        isCut = !ExceptionTree.IsShort(exception);
        try
        {
            return isCut ? Beginning(exception) : exception.ToString() ?? exception.GetType().ToString();
        }
#pragma warning disable CA1031 // An exception of the application may do anything when it is asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{exception.GetType()}: its text could not be had: {e.GetType()}\n{ExceptionTree.StackOf(exception)}";
        }
    }

    private static string Beginning(Exception exception)
    {
        var text = new StringBuilder();
        var (written, left) = (0, 0);
        var open = new Stack<Exception>([exception]);
        while (left < MaxCounted && open.TryPop(out var one))
        {
            if (written < ExceptionTree.MaxDepth)
            {
                text.Append(written++ > 0 ? "\n ---> " : "").Append(one.GetType()).Append(": ").Append(ExceptionTree.MessageOf(one));
                text.Append('\n').Append(ExceptionTree.StackOf(one));
            }
            else
            {
                left++;
            }

            foreach (var inner in ExceptionTree.InnerOf(one).Reverse())
            {
                open.Push(inner);
            }
        }

        return text.Append($"\n ---> … ({left}{(left < MaxCounted ? "" : " or more")} exceptions more)").ToString();
    }
}
