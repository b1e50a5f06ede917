using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

public sealed class DeadLetterIdTests
{
    [Theory]
    [InlineData("bulk-g1-0/1234//")]
    [InlineData("critical-g12-3/0/7/")]
    [InlineData("bulk-g1-3/1234//AaBtyqMAE8Q-_abcdefghijklmnop")]
    public void TextAndIdAreTheSame(string text)
    {
        Assert.True(DeadLetterId.TryParse(text, out var id));
        Assert.Equal(text, id.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("bulk-g1-0/1234/")]
    [InlineData("bulk-1-0/1234//")]
    [InlineData("mass-g1-0/1234//")]
    [InlineData("bulk-g1-0/-1//")]
    [InlineData("bulk-g1-0/1/x/")]
    public void AnythingElseIsNone(string text) => Assert.False(DeadLetterId.TryParse(text, out _));

    [Fact]
    public void TheNewestAreRememberedAndALaterWordReplacesAFormer()
    {
        var newest = new NewestLetters<string>(2);
        newest.Add("a", 1, "a1");
        newest.Add("b", 2, "b1");
        newest.Add("a", 3, "a2");
        newest.Add("c", 4, "c1");
        newest.Remove("nobody");

        Assert.Equal([(3, "a2"), (4, "c1")], newest.InOrder());
    }
}
