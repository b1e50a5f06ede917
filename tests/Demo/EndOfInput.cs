namespace Telemetry.Demo;

/// <summary>The end of standard input is the end of whoever started this.</summary>
internal static class EndOfInput
{
    /// <summary>Cancels when standard input ends; an input that cannot be read ends nothing.</summary>
    public static async Task CancelAsync(CancellationTokenSource stop)
    {
        try
        {
            await using var input = Console.OpenStandardInput();
            var buffer = new byte[256];
            while (await input.ReadAsync(buffer) > 0)
            {
            }

            await stop.CancelAsync();
        }
        catch (IOException)
        {
            // Closed from the start.
        }
    }
}
