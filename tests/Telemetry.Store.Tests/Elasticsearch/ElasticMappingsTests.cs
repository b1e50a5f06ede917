using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>Indices that exist keep their mappings: a change of them is seen and meant.</summary>
public sealed class ElasticMappingsTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void DocumentMappingsAreAsApproved() => Approved.Matches("documents.mappings.json", Text(ElasticMappings.Documents()));

    [Fact]
    public void MappingsOfPromotedFieldsAreAsApproved() =>
        Approved.Matches("promoted.mappings.json", Text(ElasticMappings.Promoted(Contract.SomePromoted.Fields)));

    [Fact]
    public void LifetimeMappingsAreAsApproved() => Approved.Matches("lifetimes.mappings.json", Text(ElasticMappings.Lifetimes()));

    private static string Text(JsonObject mappings) => mappings.ToJsonString(Indented) + "\n";
}
