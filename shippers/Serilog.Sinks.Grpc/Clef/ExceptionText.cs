using System.Text;
using Serilog.Sinks.Grpc.Crashes;

namespace Serilog.Sinks.Grpc.Clef;

/// <summary>
/// What an exception says of itself, also one whose <c>ToString</c> throws. That of a long chain would take memory with the square of
/// its length, and the stack: its beginning is written here.
/// </summary>
internal static class ExceptionText
{
    public static string Of(Exception exception)
    {
        try
        {
            return ExceptionTree.IsShort(exception) ? exception.ToString() : Beginning(exception);
        }
#pragma warning disable CA1031 // An exception of the application may do anything when it is asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{exception.GetType()}: its text could not be had: {e.GetType()}\n{exception.StackTrace}";
        }
    }

    private static string Beginning(Exception exception)
    {
        var text = new StringBuilder();
        var one = exception;
        for (var depth = 0; depth < ExceptionTree.MaxDepth && one is not null; depth++, one = one.InnerException)
        {
            text.Append(depth > 0 ? "\n ---> " : "").Append(one.GetType()).Append(": ").Append(ExceptionTree.MessageOf(one));
            text.Append('\n').Append(one.StackTrace);
        }

        return text.ToString();
    }
}
