using Telemetry.Query;

namespace Telemetry.Store.Tests;

public sealed class PromotedFieldsTests
{
    [Theory]
    [InlineData("order.total")]
    [InlineData("plan")]
    [InlineData("http.note")]
    [InlineData("host.rack_2.row")]
    [InlineData("label.x")]
    [InlineData("note.and.or")]
    public void ANameBesideTheTableIsFine(string name) => Assert.Null(PromotedFields.Problem(new PromotedField(name, FieldType.Long), []));

    [Theory]
    [InlineData("", "a-z")]
    [InlineData("Order.total", "a-z")]
    [InlineData("order..total", "a-z")]
    [InlineData(".order", "a-z")]
    [InlineData("order.", "a-z")]
    [InlineData("order total", "a-z")]
    [InlineData("order-total", "a-z")]
    [InlineData("order.*", "a-z")]
    [InlineData("order.9", "a-z")]
    [InlineData("_id", "a-z")]
    [InlineData("@timestamp", "a-z")]
    [InlineData("größe", "a-z")]
    [InlineData("x'); DROP TABLE field; --", "a-z")]
    [InlineData("x\0y", "a-z")]
    [InlineData("not", "a-z")]
    [InlineData("a.b.c.d.e.f.g.h.i", "8 parts")]
    [InlineData("message", "known field")]
    [InlineData("http.response.status_code", "known field")]
    [InlineData("labels", "under labels.")]
    [InlineData("labels.x", "under labels.")]
    [InlineData("telemetry.x", "under telemetry.")]
    [InlineData("lifetime.x", "under lifetime.")]
    [InlineData("crash", "under crash.")]
    [InlineData("host", "host.id is a known field")]
    [InlineData("http.response", "http.response.status_code is a known field")]
    [InlineData("host.name.short", "host.name is a known field")]
    [InlineData("tags.first", "tags is a known field")]
    public void AnyOtherNameIsRefusedWithTheReason(string name, string reason) =>
        Assert.Contains(reason, PromotedFields.Problem(new PromotedField(name, FieldType.Long), []), StringComparison.Ordinal);

    [Theory]
    [InlineData("order.total", "given twice")]
    [InlineData("order", "order.total is promoted as well")]
    [InlineData("order.total.net", "order.total is promoted as well")]
    public void NamesExcludeEachOther(string name, string reason) => Assert.Contains(
        reason,
        PromotedFields.Problem(new PromotedField(name, FieldType.Long, "x"), [new PromotedField("order.total", FieldType.Double)]),
        StringComparison.Ordinal);

    [Fact]
    public void AnAttributeBecomesOneField() => Assert.Contains(
        "labels.order.total becomes order.total already",
        PromotedFields.Problem(
            new PromotedField("amount", FieldType.Long, "order.total"), [new PromotedField("order.total", FieldType.Double)]),
        StringComparison.Ordinal);

    [Fact]
    public void ThereAreSoManyAndNoMore()
    {
        List<PromotedField> fields = [.. Enumerable.Range(0, PromotedFields.MaxFields).Select(i => new PromotedField($"f{i}", FieldType.Long))];

        Assert.Equal(PromotedFields.MaxFields, new PromotedFields(fields).All.Count);
        Assert.Throws<ArgumentException>(() => new PromotedFields([.. fields, new PromotedField("one.more", FieldType.Long)]));
    }

    [Fact]
    public void APathHasTheLengthOfALabel()
    {
        Assert.Null(PromotedFields.Problem(new PromotedField("a", FieldType.Long, new string('x', LabelNames.MaxNameBytes)), []));
        Assert.NotNull(PromotedFields.Problem(new PromotedField("a", FieldType.Long, new string('x', LabelNames.MaxNameBytes + 1)), []));
        Assert.NotNull(PromotedFields.Problem(new PromotedField("a", FieldType.Long, ""), []));
    }
}
