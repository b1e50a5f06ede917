using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary>Documents of crashes, and what could not be read of them.</summary>
/// <param name="ById">By <c>crash.id</c>.</param>
/// <param name="Incomplete">One <c>FILE: reason</c> each; empty when nothing is missing.</param>
internal sealed record CrashEvidence(IReadOnlyDictionary<string, StoredDocument> ById, IReadOnlyList<string> Incomplete);
