namespace Telemetry.Spool;

/// <summary>The directory of a log cannot be used at all. The message is one sentence that names it and the reason.</summary>
public sealed class SpoolUnavailableException : IOException
{
    /// <summary>Says why.</summary>
    public SpoolUnavailableException(string sentence, Exception? cause = null)
        : base(sentence, cause)
    {
    }
}
