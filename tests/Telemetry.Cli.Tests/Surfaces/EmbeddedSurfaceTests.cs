namespace Telemetry.Cli.Tests.Surfaces;

public sealed class EmbeddedSurfaceTests(EmbeddedStore store) : SurfaceContract(store), IClassFixture<EmbeddedStore>;
