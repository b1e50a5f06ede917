namespace Telemetry.Wire.Tests;

public class IdTests
{
    [Fact]
    public void LifetimesAreDerivedFromInstanceAndBoot() =>
        Assert.Equal(LifetimeId.From("i-1", "b-1"), LifetimeId.From("i-1", "b-1"));

    [Fact]
    public void LifetimesOfOtherBootsDiffer() =>
        Assert.NotEqual(LifetimeId.From("i-1", "b-1"), LifetimeId.From("i-1", "b-2"));

    [Fact]
    public void NamesThatRunTogetherDiffer() =>
        Assert.NotEqual(LifetimeId.From("i-1b", "x"), LifetimeId.From("i-1", "bx"));

    [Fact]
    public void LifetimesArePrintedAndParsed()
    {
        Assert.True(LifetimeId.TryParse(Some.Lifetime.ToString(), out var parsed));
        Assert.Equal(Some.Lifetime, parsed);
        Assert.False(LifetimeId.TryParse("xyz", out _));
    }

    [Fact]
    public void DocumentIdsArePrintedAndParsed()
    {
        var id = DocumentId.From(new RecordId(Some.Lifetime, new StreamId(1), new Epoch(2), 3), 1_767_323_045_123_456);
        Assert.Equal(DocumentId.TextLength, id.ToString().Length);
        Assert.True(DocumentId.TryParse(id.ToString(), out var parsed));
        Assert.Equal(id, parsed);
        Assert.Equal(1_767_323_045_123ul, parsed.MintedUnixMs);
    }

    [Fact]
    public void DocumentIdsOfEqualRecordsAreEqualAndOfNeighboursAreNot()
    {
        var record = new RecordId(Some.Lifetime, new StreamId(1), new Epoch(2), 3);
        Assert.Equal(DocumentId.From(record, 5000), DocumentId.From(record, 5000));
        Assert.NotEqual(DocumentId.From(record, 5000), DocumentId.From(record with { Seq = 4 }, 5000));
        Assert.NotEqual(DocumentId.From(record, 5000), DocumentId.From(record with { Seq = 3 + (1UL << 48) }, 5000));
        Assert.NotEqual(DocumentId.From(record, 5000), DocumentId.From(record with { Epoch = new Epoch(3) }, 5000));
    }

    [Fact]
    public void DocumentIdsOfAStreamDifferInTheirLastBytes()
    {
        var record = new RecordId(Some.Lifetime, new StreamId(1), new Epoch(2), 3);
        var (one, next) = (DocumentId.From(record, 5000).ToString(), DocumentId.From(record with { Seq = 4 }, 5000).ToString());
        Assert.Equal(one[..^2], next[..^2]);
    }

    [Fact]
    public void DocumentIdsOfManyRecordsAreThoseOfEach()
    {
        var ids = new DocumentIds();
        var record = new RecordId(Some.Lifetime, new StreamId(1), new Epoch(2), 3);
        RecordId[] records =
        [
            default, record, record with { Seq = 4 }, record with { Epoch = new Epoch(3) }, record with { Stream = new StreamId(4) },
            record with { Seq = 3 + (1UL << 48) }, record, record with { Lifetime = default },
        ];
        Assert.All(records, each => Assert.Equal(DocumentId.From(each, 5000), ids.Of(each, 5000)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    public void OddDocumentIdsAreRefused(string text) => Assert.False(DocumentId.TryParse(text, out _));

    [Fact]
    public void EpochsAreNeverNone()
    {
        var random = new Random(1);
        Assert.DoesNotContain(Epoch.None, Enumerable.Range(0, 1000).Select(_ => Epoch.Mint(random)));
    }
}
