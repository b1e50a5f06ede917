namespace Telemetry.Cli.Tests.Surfaces;

[Trait("Category", "heavy")]
public sealed class ElasticSurfaceTests(ElasticStore store) : SurfaceContract(store), IClassFixture<ElasticStore>;
