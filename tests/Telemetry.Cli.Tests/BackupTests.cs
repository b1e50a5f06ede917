using System.Formats.Tar;
using System.Text;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory["data"];

    private string Restored => _directory["restored"];

    [Theory]
    [InlineData("backup")]
    [InlineData("backup.tar")]
    public async Task WhatIsRestoredIsWhatWasThere(string name)
    {
        await SomeData.WriteAsync(Data);
        var before = SomeData.Read(Data, Lane.Bulk);

        var backup = await RunAsync("backup", _directory[name], "--data", Data);
        var restore = await RunAsync("restore", _directory[name], "--data", Restored);

        Assert.Equal((0, 0), (backup.ExitCode, restore.ExitCode));
        Assert.Equal(80, await SomeData.CountAsync(Restored));
        Assert.Equal(before[^10..], SomeData.Read(Restored, Lane.Bulk, before[^10].Position));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Data, "tokens.json")), await File.ReadAllTextAsync(Path.Combine(Restored, "tokens.json")));
        await using var writer = SqliteDocumentWriter.Open(SomeData.LaneOf(Restored, "store", Lane.Bulk), new SqliteStoreOptions(), TimeProvider.System);
        Assert.Empty(writer.SetAside);
        Assert.Equal(before[^10].Position, writer.AppliedPosition);
        Assert.Equal([_directory[name]], Directory.GetFileSystemEntries(_directory.Path, "backup*"));
    }

    [Fact]
    public async Task WhatIsPrintedForProgramsIsOneObject()
    {
        await SomeData.WriteAsync(Data);

        var backup = await RunAsync("backup", _directory["b"], "--data", Data, "--json");

        using var json = System.Text.Json.JsonDocument.Parse(backup.Out);
        Assert.Equal(_directory["b"], json.RootElement.GetProperty("path").GetString());
        Assert.True(json.RootElement.GetProperty("files").GetInt32() >= 7);
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("backup.tar")]
    public async Task AByteThatChangedIsFoundAndNothingIsWritten(string name)
    {
        await SomeData.WriteAsync(Data);
        await RunAsync("backup", _directory[name], "--data", Data);
        var files = File.Exists(_directory[name]) ? [_directory[name]]
            : Directory.GetFiles(_directory[name], "*.db", SearchOption.AllDirectories).Append(Path.Combine(_directory[name], "tokens.json")).ToArray();
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);

            var restore = await RunAsync("restore", _directory[name], "--data", Restored);

            Assert.Equal(1, restore.ExitCode);
            Assert.Contains("cannot be restored, because", restore.Error);
            Assert.False(Directory.Exists(Restored));
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }

        Assert.Equal(0, (await RunAsync("restore", _directory[name], "--data", Restored)).ExitCode);
    }

    [Fact]
    public async Task ATarThatWasCutAnywhereIsRefused()
    {
        await SomeData.WriteAsync(Data);
        await RunAsync("backup", _directory["whole.tar"], "--data", Data);
        var bytes = await File.ReadAllBytesAsync(_directory["whole.tar"]);
        for (var i = 0; i < 20; i++)
        {
            // The two empty blocks at the end of a tar are no part of what it holds.
            await File.WriteAllBytesAsync(_directory["cut.tar"], bytes[..((bytes.Length - 2048) * i / 20)]);

            var restore = await RunAsync("restore", _directory["cut.tar"], "--data", Restored);

            Assert.Equal(1, restore.ExitCode);
            Assert.False(Directory.Exists(Restored));
        }
    }

    [Fact]
    public async Task AFolderWithoutItsManifestIsRefused()
    {
        await SomeData.WriteAsync(Data);
        await RunAsync("backup", _directory["b"], "--data", Data);
        File.Delete(Path.Combine(_directory["b"], "manifest.json"));

        var restore = await RunAsync("restore", _directory["b"], "--data", Restored);

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("was not completed", restore.Error);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/tmp/outside")]
    [InlineData("store/bulk/../../../outside")]
    [InlineData("store/bulk/docs-0000000001.db/x")]
    [InlineData("tls/server.key")]
    [InlineData("bus/bulk/lock")]
    public async Task ANameThatNoBackupHoldsIsRefused(string name)
    {
        await WriteTarAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("x"u8.ToArray()) });

        var restore = await RunAsync("restore", _directory["hostile.tar"], "--data", Restored);

        Assert.Equal(1, restore.ExitCode);
        Assert.False(Directory.Exists(Restored));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public async Task ALinkIsRefused(TarEntryType type)
    {
        await WriteTarAsync(new PaxTarEntry(type, "tokens.json") { LinkName = "/etc/passwd" });

        var restore = await RunAsync("restore", _directory["hostile.tar"], "--data", Restored);

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains("is no plain file", restore.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"format":2,"files":[]}""")]
    [InlineData("""{"format":1,"files":[null]}""")]
    [InlineData("""{"format":1,"files":[{"name":"../x","bytes":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]}""")]
    public async Task AManifestThatIsNoneIsRefused(string manifest)
    {
        await WriteTarAsync(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json")
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest)),
        });

        var restore = await RunAsync("restore", _directory["hostile.tar"], "--data", Restored);

        Assert.Equal((1, ""), (restore.ExitCode, restore.Out));
    }

    [Fact]
    public async Task NoiseIsRefused()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var noise = new byte[4096];
            new Random(seed).NextBytes(noise);
            await File.WriteAllBytesAsync(_directory["noise.tar"], noise);

            Assert.Equal(1, (await RunAsync("restore", _directory["noise.tar"], "--data", Restored)).ExitCode);
        }
    }

    [Fact]
    public async Task NothingIsRestoredIntoADirectoryThatIsNotEmpty()
    {
        await SomeData.WriteAsync(Data);
        await RunAsync("backup", _directory["b"], "--data", Data);

        var restore = await RunAsync("restore", _directory["b"], "--data", Data);

        Assert.Equal(2, restore.ExitCode);
        Assert.Contains("is not empty", restore.Error);
    }

    [Fact]
    public async Task NothingIsOverwrittenByABackup()
    {
        await SomeData.WriteAsync(Data);
        await File.WriteAllTextAsync(_directory["there.tar"], "mine");

        var backup = await RunAsync("backup", _directory["there.tar"], "--data", Data);

        Assert.Equal(2, backup.ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(_directory["there.tar"]));
        Assert.Equal(2, (await RunAsync("backup", Path.Combine(Data, "inside"), "--data", Data)).ExitCode);
        Assert.Equal(2, (await RunAsync("backup", _directory["b"], "--data", _directory["nothing"])).ExitCode);
    }

    [Fact]
    public async Task WhatAKilledBackupLeftIsNoBackupAndIsReplacedByTheNext()
    {
        await SomeData.WriteAsync(Data);
        Directory.CreateDirectory(_directory["b.unfinished/store"]);
        await File.WriteAllTextAsync(_directory["b.unfinished/tokens.json"], "half");
        Assert.Equal(1, (await RunAsync("restore", _directory["b.unfinished"], "--data", Restored)).ExitCode);

        Assert.Equal(0, (await RunAsync("backup", _directory["b"], "--data", Data)).ExitCode);

        Assert.Equal(0, (await RunAsync("restore", _directory["b"], "--data", Restored)).ExitCode);
        Assert.False(Directory.Exists(_directory["b.unfinished"]));
    }

    [Fact]
    public async Task NoServerStartsOnAnUnfinishedRestore()
    {
        Directory.CreateDirectory(Path.Combine(Restored, ".restoring"));

        var up = await RunAsync("token", "list", "--data", Restored);

        Assert.Equal(2, up.ExitCode);
        Assert.Contains("was not finished", up.Error);
    }

    [Fact]
    public async Task ADamagedPartitionIsCopiedAsItIs()
    {
        await SomeData.WriteAsync(Data);
        var partition = Directory.GetFiles(SomeData.LaneOf(Data, "store", Lane.Bulk), "docs-*.db").Single();
        await File.WriteAllTextAsync(partition + ".damaged", "a chunk does not unpack");

        var backup = await RunAsync("backup", _directory["b"], "--data", Data);

        Assert.Equal(0, backup.ExitCode);
        Assert.Contains("is damaged", backup.Error);
        Assert.Equal(await File.ReadAllBytesAsync(partition), await File.ReadAllBytesAsync(partition.Replace(Data, _directory["b"])));
    }

    public void Dispose() => _directory.Dispose();

    private static Task<CliResult> RunAsync(params string[] args) => new Cli().RunAsync(args);

    private async Task WriteTarAsync(params TarEntry[] entries)
    {
        await using var tar = new TarWriter(File.Create(_directory["hostile.tar"]));
        foreach (var entry in entries)
        {
            await tar.WriteEntryAsync(entry);
        }
    }
}
