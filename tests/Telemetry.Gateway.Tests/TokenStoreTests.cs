using Telemetry.Gateway.Authentication;

namespace Telemetry.Gateway.Tests;

public class TokenStoreTests
{
    [Fact]
    public void TokenIsFoundByItsTextAndByNothingElse()
    {
        using var directory = new TemporaryDirectory();
        var store = new TokenStore(directory.Path, new FakeTime());
        var text = store.Create("web", instanceId: "i-1", tenant: "acme");

        Assert.Equal(("web", "i-1", "acme"), store.Find(text) is { } t ? (t.Name, t.InstanceId, t.Tenant) : default);
        foreach (var wrong in new[] { text[..^1], text + "A", text.ToUpperInvariant(), "", "tlm_", "tlm_0000000000000000_x", new string('x', 9999) })
        {
            Assert.Null(store.Find(wrong));
        }
    }

    [Fact]
    public void FileIsPrivateAndHoldsNoToken()
    {
        using var directory = new TemporaryDirectory();
        var text = new TokenStore(directory.Path, new FakeTime()).Create("web");

        var file = directory["tokens.json"];
        Assert.DoesNotContain(text.Split('_', 3)[2], File.ReadAllText(file), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void ChangeOfAnotherProcessIsSeen()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTime();
        var mine = new TokenStore(directory.Path, time);
        var other = new TokenStore(directory.Path, time);
        Assert.Empty(mine.List());

        var text = other.Create("web");
        var record = mine.Find(text);
        Assert.NotNull(record);

        Assert.True(other.Revoke("web"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(mine.IsValid(record));
        Assert.Null(mine.Find(text));
    }

    [Fact]
    public void NamesAreUnique()
    {
        using var directory = new TemporaryDirectory();
        var store = new TokenStore(directory.Path, new FakeTime());
        store.Create("web");

        Assert.Contains("'web'", Assert.Throws<GatewayException>(() => store.Create("web")).Message, StringComparison.Ordinal);
        Assert.False(store.Revoke("api"));
        Assert.Equal(["web"], store.List().Select(t => t.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"format":2,"tokens":[]}""")]
    [InlineData("""{"format":1,"tokens":[{"id":"a","name":"b","tenant":"","instance_id":null,"created_unix_us":0,"salt":"?","hash":""}]}""")]
    public void DamagedFileIsNamedAtTheStartAndChangesNothingLater(string content)
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTime();
        var store = new TokenStore(directory.Path, time);
        var text = store.Create("web");

        File.WriteAllText(directory["tokens.json"], content);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(store.Find(text));
        var fresh = new TokenStore(directory.Path, time);
        Assert.Contains("tokens.json", Assert.Throws<GatewayException>(() => fresh.List()).Message, StringComparison.Ordinal);
        Assert.Null(fresh.Find(text));
    }
}
