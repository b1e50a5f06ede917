using Telemetry.Query;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests;

/// <summary>Queries, dashboards and stores depend on the field table: a change of it is seen and meant.</summary>
public sealed class FieldTableTests
{
    [Fact]
    public void FieldTableIsAsApproved() => Approved.Matches(
        "fields.txt",
        "name type indexing source searched\n" + string.Concat(Fields.All.Select(row =>
            $"{row.Field.Name} {row.Field.Type} {(row.Field.Type == FieldType.Text ? "analysed" : row.Field.IsLowercase ? "lowercase" : "exact")} {row.Source}{(row.SearchedByDefault ? " searched" : "")}\n")));

    [Fact]
    public void SqliteSchemaIsAsApproved() => Approved.Matches("documents.sql", PartitionSchema.Create());

    [Fact]
    public void AllSearchedFieldsAreAnalysed() =>
        Assert.All(Fields.All.Where(row => row.SearchedByDefault), row => Assert.Equal(FieldType.Text, row.Field.Type));

    [Fact]
    public void FieldsThatEveryDocumentHasKeepTheirNumbers()
    {
        string[] names = [.. SystemFields.All.Concat(Fields.All.Select(row => row.Field)).Select(field => field.Name)];
        Assert.Equal("_origin", names[OriginReader.Origin]);
        Assert.Equal("_seq", names[OriginReader.Seq]);
        Assert.Equal("_minted", names[OriginReader.Minted]);
        Assert.Equal("@timestamp", names[OriginReader.Timestamp]);
    }
}
