using System.Security.Cryptography;

namespace Telemetry.Cli.Backup;

/// <summary>Reads a whole backup and compares it with its manifest. Writes nothing.</summary>
internal static class BackupVerifier
{
    private const int BlockBytes = 256 << 10;

    /// <exception cref="InvalidDataException">It is no whole backup; the message goes on after "because ".</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<BackupManifest> VerifyAsync(IBackupArchive archive, CancellationToken cancel)
    {
        BackupManifest? manifest = null;
        var found = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
        await archive.VisitAsync(async (name, content) =>
        {
            if (name == BackupNames.Manifest)
            {
                manifest = manifest is null
                    ? BackupManifest.Parse(await ReadAsync(content, cancel))
                    : throw new InvalidDataException("it has two manifests");
            }
            else if (!BackupNames.IsKnown(name) || !found.TryAdd(name, await CopyAsync(name, content, Stream.Null, cancel)))
            {
                throw new InvalidDataException($"it holds '{name}', which no backup does");
            }
        }, cancel);
        if (manifest is null)
        {
            throw new InvalidDataException("it has no manifest: it was not completed");
        }

        Compare(manifest, found);
        return manifest;
    }

    /// <summary>Copies a file and says what it was.</summary>
    public static async Task<BackupFile> CopyAsync(string name, Stream content, Stream target, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[BlockBytes];
        var bytes = 0L;
        for (int read; (read = await content.ReadAsync(block, cancel)) > 0; bytes += read)
        {
            hash.AppendData(block, 0, read);
            await target.WriteAsync(block.AsMemory(0, read), cancel);
        }

        return new BackupFile(name, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static void Compare(BackupManifest manifest, Dictionary<string, BackupFile> found)
    {
        foreach (var file in manifest.Files)
        {
            if (!found.Remove(file.Name, out var actual))
            {
                throw new InvalidDataException($"'{file.Name}' is missing");
            }

            if (actual != file)
            {
                throw new InvalidDataException($"'{file.Name}' is not what was written: its checksum differs");
            }
        }

        if (found.Keys.FirstOrDefault() is { } stranger)
        {
            throw new InvalidDataException($"'{stranger}' is not in its manifest");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var block = new byte[64 << 10];
        for (int read; (read = await content.ReadAsync(block, cancel)) > 0;)
        {
            bytes.Write(block, 0, read);
            if (bytes.Length > BackupManifest.MaxBytes)
            {
                throw new InvalidDataException("its manifest is too large");
            }
        }

        return bytes.ToArray();
    }
}
