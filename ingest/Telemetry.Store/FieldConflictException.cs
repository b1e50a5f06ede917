namespace Telemetry.Store;

/// <summary>A promoted field is stored as something else already; someone has to say what is meant. Nothing was changed.</summary>
/// <param name="message">All conflicts, a sentence each.</param>
public sealed class FieldConflictException(string message) : IOException(message)
{
    internal static void ThrowIfAny(IReadOnlyCollection<string> conflicts)
    {
        if (conflicts.Count > 0)
        {
            throw new FieldConflictException($"The promoted fields do not fit what is stored: {string.Join(". ", conflicts)}.");
        }
    }
}
