namespace Telemetry.Shipping.Files;

/// <summary>
/// Which file it is, whatever it is called. An inode number alone is reused soon after a deletion; the time of birth
/// (0 where the file system keeps none) tells the two apart, and the fingerprint where it cannot.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long BornUnixNs);
