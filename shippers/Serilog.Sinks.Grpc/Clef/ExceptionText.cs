namespace Serilog.Sinks.Grpc.Clef;

/// <summary>What an exception says of itself, also one whose <c>ToString</c> throws.</summary>
internal static class ExceptionText
{
    public static string Of(Exception exception)
    {
        try
        {
            return exception.ToString();
        }
#pragma warning disable CA1031 // An exception of the application may do anything when it is asked.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{exception.GetType()}: its text could not be had: {e.GetType()}\n{exception.StackTrace}";
        }
    }
}
