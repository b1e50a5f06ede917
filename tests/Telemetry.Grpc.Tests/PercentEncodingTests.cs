using FsCheck;
using FsCheck.Fluent;

namespace Telemetry.Grpc.Tests;

public class PercentEncodingTests
{
    [Theory]
    [InlineData("plain ~", "plain ~")]
    [InlineData("50% ☃", "50%25 %E2%98%83")]
    [InlineData("\t\n\x7f", "%09%0A%7F")]
    [InlineData("\ud83d\ude00", "%F0%9F%98%80")]
    [InlineData("", "")]
    public void Encodes(string text, string encoded) => Assert.Equal(encoded, PercentEncoding.Encode(text));

    [Fact]
    public void LoneSurrogateBecomesTheReplacementCharacter() =>
        Assert.Equal("a%EF%BF%BDb", PercentEncoding.Encode("a\ud83d" + "b"));

    [Theory]
    [InlineData("%zz%C3", "%zz\ufffd")]
    [InlineData("100%", "100%")]
    [InlineData("%4", "%4")]
    [InlineData("%41%e2%98%83", "A☃")]
    [InlineData("%%41", "%A")]
    public void DecodingNeverFails(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));

    [Fact]
    public void EveryTextComesBack() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>>(),
        text =>
        {
            var valid = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text.Get));
            var encoded = PercentEncoding.Encode(text.Get);
            return encoded.All(c => c is >= ' ' and <= '~') && PercentEncoding.Decode(encoded) == valid;
        }));
}
