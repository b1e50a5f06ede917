using System.Text;
using Serilog.Sinks.Grpc.Crashes;
using Telemetry.Protos.V1;

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
            return ExceptionTree.IsShort(exception) ? exception.ToString() : Print(ExceptionTree.Of(exception));
        }
#pragma warning disable CA1031 // An exception of the application may do anything when it is asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{exception.GetType()}: its text could not be had: {e.GetType()}\n{exception.StackTrace}";
        }
    }

    private static string Print(ManagedException exception)
    {
        var text = new StringBuilder();
        Append(text, exception);
        return text.ToString();
    }

    private static void Append(StringBuilder text, ManagedException exception)
    {
        text.Append(exception.Type).Append(": ").Append(exception.Message);
        foreach (var frame in exception.Frames)
        {
            text.Append("\n   at ").Append(frame.Method);
        }

        foreach (var inner in exception.Inner)
        {
            text.Append("\n ---> ");
            Append(text, inner);
        }
    }
}
