namespace Telemetry.Spool.Tests;

public sealed class SpoolLogInMemoryTests : SpoolLogContract
{
    private protected override ISpoolDirectory Directory { get; } = new MemorySpoolDirectory();
}
