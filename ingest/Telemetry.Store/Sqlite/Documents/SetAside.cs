namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A partition that is not written any more.</summary>
/// <param name="Path">Where its file was.</param>
/// <param name="Evidence">Where it is kept now; null when it was left in place, to be read as far as it can be.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SetAside(string Path, string? Evidence, string Reason);
