using Telemetry.Console.Html;

namespace Telemetry.Console.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(999_400, "999 ms")]
    [InlineData(1_500_000, "1.5 s")]
    [InlineData(59_000_000, "59 s")]
    [InlineData(90_000_000, "1 min 30 s")]
    [InlineData(3_600_000_000, "1 h")]
    [InlineData(90_000_000_000, "1 d 1 h")]
    public void DurationsHaveTwoUnits(double us, string text) => Assert.Equal(text, Show.Duration(us));

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(42, "42 s ago")]
    [InlineData(600, "10 min ago")]
    [InlineData(20_000, "5 h ago")]
    [InlineData(400_000, "4 d ago")]
    [InlineData(-30, "in 30 s")]
    public void AgesAreRelative(long seconds, string text) => Assert.Equal(text, Show.Age(0, seconds * 1_000_000));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1073741824, "1.0 GiB")]
    public void SizesAreBinary(double bytes, string text) => Assert.Equal(text, Show.Bytes(bytes));

    [Theory]
    [InlineData("", "log.level : \"error\"")]
    [InlineData("a", "a and log.level : \"error\"")]
    [InlineData("a or b", "(a or b) and log.level : \"error\"")]
    [InlineData("a : (", "log.level : \"error\"")]
    public void NarrowingKeepsWhatWasTyped(string query, string narrowed) => Assert.Equal(
        narrowed, Link.Narrow(query, new Query.FieldMatches("log.level", new Query.KqlValue("error", true, null))));

    [Fact]
    public void TicksLieAtRoundTimes()
    {
        const long minute = 60_000_000;
        var (ticks, step) = new TimeScale((7 * minute) + 1, 67 * minute).Ticks(8);
        Assert.Equal(10 * minute, step);
        Assert.Equal([10 * minute, 20 * minute, 30 * minute, 40 * minute, 50 * minute, 60 * minute], ticks);
    }

    [Fact]
    public void AQueryCanBeEditedWithoutHiddenCharacters() =>
        Assert.Equal("a\\u202eb \\u001b", EditableQuery.Of("a\u202eb\n\u001b"));
}
