using System.Collections.ObjectModel;

namespace Telemetry.Store;

/// <summary>Documents of an answer, and what it lacks.</summary>
/// <param name="documents">In the order of the answer.</param>
/// <param name="incomplete">What could not be read, one <c>FILE: reason</c> each; empty when nothing is missing.</param>
public sealed class StoredDocuments(IList<StoredDocument> documents, IReadOnlyList<string> incomplete)
    : ReadOnlyCollection<StoredDocument>(documents)
{
    /// <summary>What could not be read, one <c>FILE: reason</c> each; empty when nothing is missing.</summary>
    public IReadOnlyList<string> Incomplete { get; } = incomplete;
}
