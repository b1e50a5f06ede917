using Telemetry.Spool.Tests.Model;

namespace Telemetry.Spool.Tests;

public sealed class SpoolLogOnModelTests : SpoolLogContract
{
    private protected override ISpoolDirectory Directory { get; } = new LockedDirectory(new ModelDirectory());
}
