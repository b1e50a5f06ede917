using System.Text;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Indexer.Tests.Parsing;

public sealed class PromotedValueTests
{
    [Theory]
    [InlineData(FieldType.Long, "7", "7")]
    [InlineData(FieldType.Long, "\"7\"", "7")]
    [InlineData(FieldType.Long, "-9223372036854775808", "-9223372036854775808")]
    [InlineData(FieldType.Long, "5.0", "5")]
    [InlineData(FieldType.Double, "12.50", "12.5")]
    [InlineData(FieldType.Double, "\"1e3\"", "1000")]
    [InlineData(FieldType.Double, "-0.0", "0")]
    [InlineData(FieldType.Boolean, "true", "1")]
    [InlineData(FieldType.Boolean, "\"false\"", "0")]
    [InlineData(FieldType.Keyword, "\"gold\"", "gold")]
    [InlineData(FieldType.Keyword, "12", "12")]
    [InlineData(FieldType.Keyword, "\"\"", "")]
    [InlineData(FieldType.Text, "\"Disk full\"", "Disk full")]
    [InlineData(FieldType.Ip, "\"10.0.0.1\"", "10.0.0.1")]
    [InlineData(FieldType.Ip, "\"fe80::1\"", "fe80::1")]
    [InlineData(FieldType.Ip, "\"::ffff:10.1.2.3\"", "::ffff:10.1.2.3")]
    [InlineData(FieldType.Date, "\"2026-01-02T03:04:05.123456Z\"", "1767323045123456")]
    [InlineData(FieldType.Date, "\"2026-01-02 03:04:05\"", "1767323045000000")]
    [InlineData(FieldType.Date, "1767323045", "1767323045000000")]
    [InlineData(FieldType.Date, "1999999999", "1999999999000000")]
    [InlineData(FieldType.Date, "1767323045123", "1767323045123000")]
    public void AValueOfTheTypeBecomesTheField(FieldType type, string json, string expected)
    {
        var document = Parsed(type, json);

        Assert.Equal((expected, null), (document["order.total"], document["labels.order.total"]));
    }

    [Theory]
    [InlineData(FieldType.Long, "\"many\"", "many")]
    [InlineData(FieldType.Long, "5.5", "5.5")]
    [InlineData(FieldType.Long, "true", "true")]
    [InlineData(FieldType.Long, "9223372036854775808", "9223372036854775808")]
    [InlineData(FieldType.Long, "\"\"", "")]
    [InlineData(FieldType.Long, "\"7 \"", "7 ")]
    [InlineData(FieldType.Double, "NaN", "NaN")]
    [InlineData(FieldType.Double, "-Infinity", "-Infinity")]
    [InlineData(FieldType.Double, "1e999", "1e999")]
    [InlineData(FieldType.Double, "\"1,5\"", "1,5")]
    [InlineData(FieldType.Boolean, "1", "1")]
    [InlineData(FieldType.Boolean, "\"True\"", "True")]
    [InlineData(FieldType.Ip, "\"localhost\"", "localhost")]
    [InlineData(FieldType.Ip, "1", "1")]
    [InlineData(FieldType.Ip, "\"010.0.0.1\"", "010.0.0.1")]
    [InlineData(FieldType.Ip, "\"0x7f.0.0.1\"", "0x7f.0.0.1")]
    [InlineData(FieldType.Ip, "\"10.0.1\"", "10.0.1")]
    [InlineData(FieldType.Ip, "\"[::1]\"", "[::1]")]
    [InlineData(FieldType.Ip, "\"fe80::1%eth0\"", "fe80::1%eth0")]
    [InlineData(FieldType.Ip, "\"10.0.0.0/8\"", "10.0.0.0/8")]
    [InlineData(FieldType.Date, "\"soon\"", "soon")]
    [InlineData(FieldType.Date, "\"03:04:05\"", "03:04:05")]
    [InlineData(FieldType.Date, "7", "7")]
    [InlineData(FieldType.Date, "\"1066-10-14T09:00:00Z\"", "1066-10-14T09:00:00Z")]
    [InlineData(FieldType.Date, "\"2300-01-01T00:00:00Z\"", "2300-01-01T00:00:00Z")]
    [InlineData(FieldType.Date, "\"2026-01-02T03:04:05Z and more\"", "2026-01-02T03:04:05Z and more")]
    public void AnyOtherValueStaysALabel(FieldType type, string json, string expected)
    {
        var document = Parsed(type, json);

        Assert.Equal((null, expected), (document["order.total"], document["labels.order.total"]));
    }

    [Fact]
    public void OfAnArrayEachValueGoesWhereItFits()
    {
        var document = Parsed(FieldType.Long, """[1,"x",2,2.5,null,3]""");

        Assert.Equal(("1|2|3", "x|2.5"), (document["order.total"], document["labels.order.total"]));
    }

    [Fact]
    public void OfAKeyThatComesTwiceTheFirstCounts()
    {
        var document = Parsed("""{"message":"m","order.total":1,"order":{"total":2}}""", new("order.total", FieldType.Long));

        Assert.Equal(("1", "2"), (document["order.total"], document["labels.order.total"]));
    }

    [Fact]
    public void ALabelInEcsAndAnAttributeAreTheSame()
    {
        var document = Parsed("""{"message":"m","labels":{"total":"7"}}""", new("order.total", FieldType.Long, "total"));

        Assert.Equal("7", document["order.total"]);
    }

    [Theory]
    [InlineData("level=info msg=m total=7")]
    [InlineData("<34>1 2026-01-02T03:04:05Z web su - ID47 [x@1 total=\"7\"] m")]
    public void EveryFormatIsAsked(string line)
    {
        var path = line.StartsWith('<') ? Path(line) : "total";
        var document = Parsed(line, new("order.total", FieldType.Long, path));

        Assert.Equal("7", document["order.total"]);
    }

    [Fact]
    public void WhatIsAKnownFieldAnywayIsNotPromoted()
    {
        var document = Parsed("""{"message":"m","name":"web","@timestamp":"2026-01-02T03:04:05Z"}""", new("my.name", FieldType.Keyword, "name"));

        Assert.Equal(("web", null), (document["log.logger"], document["my.name"]));
    }

    [Fact]
    public void ALongKeywordStaysALabelAndALongTextDoesNot()
    {
        var value = new string('x', 9000);

        Assert.Equal((null, 8191), (Parsed(FieldType.Keyword, $"\"{value}\"")["order.total"], Parsed(FieldType.Keyword, $"\"{value}\"")["labels.order.total"]!.Length));
        Assert.Equal(value, Parsed(FieldType.Text, $"\"{value}\"")["order.total"]);
    }

    // The path under which a syslog parameter comes as a label.
    private static string Path(string line) =>
        Some.Parsed(line).Fields.Single(field => field.Value == "7" && field.Key.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal))
            .Key[Fields.LabelPrefix.Length..];

    private static Fakes.MemoryDocument Parsed(FieldType type, string json) =>
        Parsed($$$"""{"message":"m","order":{"total":{{{json}}}}}""", new("order.total", type));

    private static Fakes.MemoryDocument Parsed(string line, PromotedField field) =>
        Some.Parsed(Encoding.UTF8.GetBytes(line), promoted: new PromotedFields([field]));
}
